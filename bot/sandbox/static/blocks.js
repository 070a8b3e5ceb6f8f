// Block Kit blocks as DOM.

import { h } from "./dom.js";
import { control, picture } from "./controls.js";
import { markdown, richText, table } from "./richtext.js";
import { textOf } from "./mrkdwn.js";

export const blocks = (list, context) => (list || []).map((block) => one(block, context));

function one(block, context) {
  switch (block.type) {
    case "section": return section(block, context);
    case "header": return h("h3", { class: "block header" }, textOf(block.text));
    case "divider": return h("hr", { class: "block" });
    case "context": return h("div", { class: "block context" }, block.elements.map((item) => (item.type === "image" ? picture(item) : h("span", {}, textOf(item)))));
    case "actions":
    case "context_actions": return h("div", { class: "block actions" }, block.elements.map((element) => control(block, element, context)));
    case "image": return image(block);
    case "rich_text": return richText(block);
    case "markdown": return markdown(block.text);
    case "table":
    case "data_table": return table(block);
    case "input": return input(block, context);
    case "alert": return h("div", { class: `block alert ${block.level || "default"}`, role: "alert" }, textOf(block.text));
    case "card": return card(block, context);
    case "carousel": return h("div", { class: "block carousel" }, block.elements.map((item) => card(item, context)));
    case "container": return container(block, context);
    case "video": return h("div", { class: "block" }, h("a", { href: block.title_url || block.video_url, target: "_blank", rel: "noopener" }, textOf(block.title)), h("img", { class: "picture", src: block.thumbnail_url, alt: block.alt_text }));
    case "task_card": return h("div", { class: "block task" }, h("strong", {}, String(block.title)), block.status ? h("span", { class: "badge" }, block.status) : null);
    case "plan": return h("div", { class: "block task" }, h("strong", {}, textOf(block.title)), h("ul", {}, (block.tasks || []).map((task) => h("li", {}, String(task.title)))));
    default: return h("div", { class: "block unknown" }, `A ${block.type} block`);
  }
}

function section(block, context) {
  return h("div", { class: "block section" },
    h("div", { class: "section-main" },
      block.text ? h("div", { class: "section-text" }, textOf(block.text)) : null,
      block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "field" }, textOf(field)))) : null),
    block.accessory ? h("div", { class: `accessory ${block.accessory.type}` }, control(block, block.accessory, context)) : null);
}

function image(block) {
  const source = block.image_url || `/sandbox/file/${block.slack_file?.id}`;
  return h("figure", { class: "block" }, block.title ? h("figcaption", {}, textOf(block.title)) : null, h("img", { class: "picture", src: source, alt: block.alt_text, loading: "lazy" }));
}

function input(block, context) {
  const error = context.errors?.[block.block_id];
  return h("div", { class: `block input ${error ? "wrong" : ""}`, "data-block": block.block_id },
    h("label", { class: "input-label" }, textOf(block.label), block.optional ? h("span", { class: "optional" }, " (optional)") : null),
    control(block, block.element, context, { live: Boolean(block.dispatch_action), label: block.label.text }),
    h("div", { class: "input-error", role: "alert" }, error || ""),
    block.hint ? h("div", { class: "hint" }, textOf(block.hint)) : null);
}

function card(block, context) {
  return h("div", { class: "block card" }, block.hero_image ? picture(block.hero_image) : null, block.title ? h("strong", {}, textOf(block.title)) : null,
    block.subtitle ? h("div", { class: "hint" }, textOf(block.subtitle)) : null, block.body ? h("div", {}, textOf(block.body)) : null,
    block.actions ? h("div", { class: "actions" }, block.actions.map((element) => control(block, element, context))) : null);
}

function container(block, context) {
  const children = block.child_blocks.map((child) => one(child, context));
  if (!block.is_collapsible) return h("div", { class: "block container" }, block.title ? h("strong", {}, textOf(block.title)) : null, children);
  return h("details", { class: "block container", open: !block.default_collapsed }, h("summary", {}, textOf(block.title || "More")), children);
}
