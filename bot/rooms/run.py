"""The job `rooms`: does one step after the other for every room that has one to do. One process at a time (a lease of the job).

    take up (commit) → Slack → settle (commit) → take up …

A process that dies in between leaves a room whose step was begun without a clear answer; the next one looks before it repeats.
"""

from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import clock
from bot.database import Database
from bot.errors import SendFailed
from bot.log import log
from bot.rooms.answers import NotYet, answer_of
from bot.rooms.asking import Moments
from bot.rooms.deeds import Hands, NameTaken, Order, Outcome
from bot.rooms.orders import Task, find_due, take_up
from bot.rooms.reminding import anybody_late, remind
from bot.rooms.scene import Scene
from bot.rooms.settling import fail, finish, next_name, postpone
from bot.rooms.steps import judge


@dataclass
class Report:
    """`steps` done, failures among the tries, rooms that wait for the outbox, people reminded."""

    steps: int = 0
    failed: int = 0
    waiting: int = 0
    reminded: int = 0


class Rooms:
    """Opens and closes rooms, and reminds of those that nobody has answered."""

    def __init__(self, database: Database, hands: Hands, scene: Scene) -> None:
        self._database, self._hands, self._scene = database, hands, scene

    async def run(self) -> Report:
        report = Report()
        now = self._scene.world.now()
        if await self._database.read(anybody_late, now):
            report.reminded = await self._database.run(remind, self._scene, now)
        for room_id in await self._database.read(find_due, clock.now()):
            await self._go_on(room_id, report)
        return report

    async def _go_on(self, room_id: int, report: Report) -> None:
        """One room whose brief cannot be written must not hold up the others."""
        try:
            while await self._step(room_id, report):
                pass
        except SQLAlchemyError:
            raise
        except Exception as error:
            report.failed += 1
            log.error("room_not_gone_on", room=room_id, problem=str(error), exc_info=True)
            await self._database.run(postpone, room_id, clock.now())

    async def _step(self, room_id: int, report: Report) -> bool:
        """False: nothing more can be done for this room now."""
        task = await self._database.run(take_up, room_id, self._scene, self._moments())
        if task is None:
            return False
        if task.order is None:
            report.waiting += 1
            await self._database.run(self._failed, task, NotYet())
            return False
        return await self._carry_out(task, task.order, report)

    async def _carry_out(self, task: Task, order: Order, report: Report) -> bool:
        try:
            outcome: Outcome = await self._hands.do(order)
        except NameTaken:
            await self._database.run(next_name, task, self._moments())
            return True
        except (SendFailed, Exception) as error:
            report.failed += 1
            if not isinstance(error, SendFailed):
                log.error("room_step_failed", room=task.room_id, step=task.step.key, problem=str(error), exc_info=True)
            return await self._database.run(self._failed, task, error)
        report.steps += 1
        await self._database.run(finish, task, outcome, self._scene, self._moments())
        return True

    def _failed(self, session: Session, task: Task, error: Exception) -> bool:
        """True: the room goes on without this step."""
        answer = answer_of(error, was_unsure=bool(task.order and task.order.since))
        return fail(session, task, judge(task.step, answer, task.attempts), self._scene, self._moments())

    def _moments(self) -> Moments:
        return Moments(self._scene.world.now(), clock.now())
