"use strict";
(() => {
  const PER_PAGE = 60;
  const one = (selector, inside = document) => inside.querySelector(selector);
  const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
  const { names, samples, filters } = JSON.parse(one("#data").textContent);
  const form = one("#filters"), dialog = one("#labels"), root = document.documentElement;
  const cards = all(".card"), rejects = all(".rejected li");
  let matching = cards, page = 0, opened = -1;

  // What lies under the slider of one pair of pictures.
  const cut = (range) => {
    range.parentElement.style.setProperty("--cut", `${range.value}%`);
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches(".pair input")) cut(event.target);
  });

  const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

  const wanted = () => {
    const values = Object.fromEntries(new FormData(form));
    const fields = filters.filter((name) => values[name]).map((name) => [name, values[name].trim()]);
    return { fields, text: (values.text || "").trim().toLowerCase() };
  };
  // A value that is typed matches as a part of it, one that is chosen as the whole.
  const same = (element, [name, value]) => {
    const has = element.dataset[name] || "";
    return form.elements[name].tagName === "SELECT" ? has === value : has.toLowerCase().includes(value.toLowerCase());
  };

  const filter = () => {
    const { fields, text } = wanted();
    const fits = (element) =>
      fields.every((field) => same(element, field)) && (!text || element.dataset.text.toLowerCase().includes(text));
    matching = cards.filter(fits);
    page = 0;
    // Rejects were never given a mask: filters by mask have nothing to say about them.
    const byMask = fields.some(([name]) => !["identity", "verdict"].includes(name));
    const refused = byMask ? [] : rejects.filter(fits);
    const kept = new Set(refused);
    rejects.forEach((item) => { item.hidden = !kept.has(item); });
    all(".group").forEach((group) => { group.hidden = !all("li", group).some((item) => !item.hidden); });
    const hint = one("#rejects-hidden");
    if (hint) {
      hint.hidden = refused.length > 0;
      hint.textContent = byMask ? "Hidden while a filter asks for masks: rejects have none." : "None matches these filters.";
    }
    const active = fields.length + (text ? 1 : 0);
    one("#active").textContent = active ? `· ${active} set` : "";
    const counts = plural(matching.length, "sample") + (rejects.length ? `, ${plural(refused.length, "reject")}` : "");
    const set = [...fields.map(([name, value]) => `${name} ${value}`), ...(text ? [`“${text}”`] : [])];
    one("#found").textContent = [counts, ...set].join(" · ");
    turn();
  };

  const turn = () => {
    const pages = Math.max(1, Math.ceil(matching.length / PER_PAGE));
    const visible = new Set(matching.slice(page * PER_PAGE, (page + 1) * PER_PAGE));
    cards.forEach((card) => { card.hidden = !visible.has(card); });
    one("#none").hidden = matching.length > 0 || cards.length === 0;
    one(".pages").hidden = pages < 2;
    one("#page").textContent = `Page ${page + 1} of ${pages}`;
    one("#previous").disabled = page === 0;
    one("#next").disabled = page === pages - 1;
  };
  const go = (step) => {
    page += step;
    turn();
    one("#samples").scrollIntoView();
    one("#samples").focus({ preventScroll: true });
  };

  const cell = (kind, text, scope) => {
    const made = document.createElement(kind);
    made.textContent = text;
    if (scope) made.scope = scope;
    return made;
  };
  const open = (number) => {
    opened = number;
    const index = Number(matching[number].id.slice(1));
    const sample = samples[index];
    one("#labels-title").textContent = sample.title;
    const pair = one(".pair", matching[number]).cloneNode(true);
    all("img", pair).forEach((image) => { image.loading = "eager"; });
    const large = one("#large");
    large.replaceChildren(pair);
    if (sample.matte) {
      const matte = document.createElement("figure"), image = document.createElement("img");
      matte.className = "matte";
      image.src = sample.matte;
      image.alt = "The mask's matte: white where the mask covers the photo";
      matte.append(image, cell("figcaption", "matte"));
      large.append(matte);
    }
    const body = one("#facts");
    body.replaceChildren();
    let group = "";
    sample.values.forEach(([name, value]) => {
      const full = names[name], dot = full.indexOf(".");
      const head = dot < 0 ? "sample" : full.slice(0, dot);
      if (head !== group) {
        group = head;
        const row = document.createElement("tr"), title = cell("th", head, "rowgroup");
        title.colSpan = 2;
        row.append(title);
        body.append(row);
      }
      const row = document.createElement("tr");
      row.append(cell("th", full.slice(dot + 1).replaceAll("_", " ").replaceAll(".", ", "), "row"), cell("td", value));
      body.append(row);
    });
    one(".facts").scrollTop = 0;
    one("#earlier").disabled = number === 0;
    one("#later").disabled = number === matching.length - 1;
    if (!dialog.open) dialog.showModal();
  };
  const beside = (step) => {
    const next = opened + step;
    if (next >= 0 && next < matching.length) open(next);
  };

  one("#samples").addEventListener("click", (event) => {
    const button = event.target.closest(".open");
    if (button) open(matching.indexOf(button.closest(".card")));
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    if (event.target.matches("input")) return; // arrows move its slider
    if (event.key === "ArrowLeft") beside(-1);
    if (event.key === "ArrowRight") beside(1);
  });
  dialog.addEventListener("close", () => {
    const card = matching[opened];
    if (!card) return;
    if (card.hidden) { page = Math.floor(opened / PER_PAGE); turn(); }
    one(".open", card).focus();
  });
  one("#close").addEventListener("click", () => dialog.close());
  one("#earlier").addEventListener("click", () => beside(-1));
  one("#later").addEventListener("click", () => beside(1));
  one("#previous").addEventListener("click", () => go(-1));
  one("#next").addEventListener("click", () => go(1));

  form.addEventListener("submit", (event) => event.preventDefault());
  one("#clear").addEventListener("click", () => { form.reset(); filter(); show(); });
  const show = () => {
    const value = form.elements.show.value;
    all(".pair input").forEach((range) => { range.value = value; cut(range); });
  };
  form.addEventListener("input", (event) => { event.target.name === "show" ? show() : filter(); });

  // Printing shows every group of rejects, opened.
  let shut = [];
  addEventListener("beforeprint", () => { shut = all(".group:not([open])"); shut.forEach((group) => { group.open = true; }); });
  addEventListener("afterprint", () => { shut.forEach((group) => { group.open = false; }); });

  const theme = one("#theme"), dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  const name = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.setAttribute("aria-pressed", String(isDark())); };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  dark.addEventListener("change", name);

  if (matchMedia("(max-width: 44rem)").matches) {
    one("#filters details").open = false;
    all(".group").slice(1).forEach((group) => { group.open = false; });
  }
  form.hidden = theme.hidden = false;
  name();
  show();
  filter();
})();
