"""Words that say nothing of what a comment is about, in the languages in which surveys ship."""

ENGLISH = """
a able about after again all almost already also although always am an and another any anybody anyone anything are aren as at away back
be because become becomes been before being bit both but by came can cannot come comes could couldn couldnt did didn didnt do does
doesn doesnt doing don dont down each else enough even ever every everybody everyone everything far few find fine for found from full
further get gets getting give given go going good got great had has hasn have haven having he her here hers him his how however i if in
into is isn it its just keep keeps kind known less let like lot lots made make makes many may maybe me mean means might more most much
must my need needs never new no nobody nor not nothing now of off often ok okay on once one only or other others our ours out over own
part per perhaps please put quite rather really same say says see seem seems several she should shouldn since so some somebody someone
something sometimes somewhere still such sure take takes than thank thanks that the their theirs them then there these they thing
things this those though three through time to together too tried try trying twice two under until up upon us use used uses using
usually very via want was wasn way we well went were weren what when where whether which while who whole whose why will with within
without won work worked working works would wouldn yes yet you your yours
"""
CZECH = """
a aby ahoj ale ani asi ač až bez bude budeme budou by byl byla byli bylo být co cokoli což další dobrá dobré dobrý dobře dokonce dost
dík díky děkujeme děkuji fungovalo fungovat funguje fungují ho hodně i jak jako je jeho jej jejich její jen jenom ještě ji jich jim
jiné již jsem jsi jsme jsou jste já k kam kde kdo kdy když ke která které který kteří ku mají me mezi mi mne mně moc moci mohli moje my
mám máme máte mít můj může můžeme můžete na nad naše našich našim ne nebo nebyl nebyla nebylo nechť nefungovalo nefunguje nefungují
nejsou nemají nemám nemáme není než nic nich nikdo nikdy nám námi nás náš ním něco nějak někdo někdy několik o ob od on ona oni ono pak
po pod podle pokud potom pouze pořád pracovat pro prosím proto protože proč první před přes při příliš s se si sice skoro snad strašně
stále své svůj ta tady tak také takže tam tato te tedy ten tento teď ti to tohle toho tohoto tom tomto tomu toto trochu tu tuto tvůj ty
tyto tě u už v vaše ve velice velmi vy vám vámi vás váš vím víme však vše všechno všichni vždy z za zase zda ze či že
"""
RUSSIAN = """
а без более больше бы был была были было быть в вам вами вас ваш ваша ваше ваши ведь весь во вообще вот впрочем все всегда всего всех
всю вы где да даже два для до другой его ее ей ему если есть еще ж же за зачем здесь и из или им иногда их к как какая какой когда
конечно которые который кто куда ли лучше между меня мне много может можно мой моя мы на над надо нам нами нас наш наша наше наши не
него нее ней нельзя нет ни нибудь никогда никто ним них ничего ничто но ну о об один он она они опять от очень перед по под пока после
потом потому почти при про работа работает работал работало работать работают раз разве с сам самое свой свою себе себя сейчас слишком
со совсем спасибо так такой там тебя тем теперь то тогда того тоже только том тот три тут ты у уж уже хорошо хоть чего чем через что
чтоб чтобы чуть эта эти это этого этой этом этот эту я
"""
STOP_WORDS = frozenset((ENGLISH + CZECH + RUSSIAN).split())
