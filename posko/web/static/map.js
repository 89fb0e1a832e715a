// The district as a map: villages by their outlines, or as circles at their places; posts as marks whose shape is their state.

import { h, say, sync, t } from "./common.js";

const WIDTH = 360;
const EDGE = 40;

/** A post's state as one of four, each with a shape of its own: good, rings, trouble, gone. */
export function kindOf(state) {
  if (state === "sounding") return "rings";
  if (["away", "offline", "unheard", "unanswered"].includes(state)) return "gone";
  return ["ready", "waiting", "quiet"].includes(state) ? "good" : "trouble";
}

/** The mark of a kind, around (0, 0): a disc, a star in a ring, a triangle, a dashed ring. */
export function mark(kind) {
  const group = h("g", {});
  if (kind === "good") group.append(h("circle", { r: 6, class: "mark-good" }));
  else if (kind === "rings") {
    group.append(h("circle", { r: 13, class: "mark-pulse" }),
      h("path", { d: "M0-10 2.9-4 9.5-3.1 4.7 1.6 5.9 8.1 0 5-5.9 8.1-4.7 1.6-9.5-3.1-2.9-4z", class: "mark-rings" }));
  } else if (kind === "trouble") group.append(h("path", { d: "M0-8.5 8.5 7h-17z", class: "mark-trouble" }));
  else group.append(h("circle", { r: 6, class: "mark-gone" }));
  return group;
}

/** Latitude and longitude -> a point of the map; north is up, a degree of longitude as short as it is there. */
function projection(places) {
  const [south, north] = [Math.min(...places.map(([lat]) => lat)), Math.max(...places.map(([lat]) => lat))];
  const [west, east] = [Math.min(...places.map(([, lon]) => lon)), Math.max(...places.map(([, lon]) => lon))];
  const shrink = Math.cos(((south + north) / 2) * Math.PI / 180);
  const wide = Math.max((east - west) * shrink, 1e-4);
  const high = Math.max(north - south, 1e-4);
  const scale = Math.min((WIDTH - 2 * EDGE) / wide, (1.2 * WIDTH - 2 * EDGE) / high);
  const height = high * scale + 2 * EDGE;
  const left = (WIDTH - wide * scale) / 2;
  return { height, point: ([lat, lon]) => [left + (lon - west) * shrink * scale, EDGE + (north - lat) * scale] };
}

/** Where each post stands: at its place, else around its village's. */
function postPlaces(district, point) {
  const found = new Map();
  for (const village of district.villages) {
    const own = district.posts.filter((each) => each.village === village.slug);
    const centre = village.at ? point(village.at) : null;
    own.forEach((post, number) => {
      if (post.at) found.set(post.post, point(post.at));
      else if (centre) {
        const turn = (number / Math.max(own.length, 2) + 0.25) * 2 * Math.PI; // two: one above the other
        found.set(post.post, own.length === 1 ? centre : [centre[0] + 9 * Math.cos(turn), centre[1] + 9 * Math.sin(turn)]);
      }
    });
  }
  return found;
}

/** Draws *district* once in `place`; the answer shows the posts' and alarms' state in it. */
export function drawMap(place, district) {
  const villages = district.villages.filter((each) => each.outline?.length || each.at);
  const corners = [...villages.flatMap((each) => [...(each.outline ?? []), ...(each.at ? [each.at] : [])]),
    ...district.posts.filter((each) => each.at).map((each) => each.at)];
  if (corners.length === 0) {
    place.replaceChildren(h("p", { class: "hint" }, t("map_none")));
    return () => {};
  }
  const { height, point } = projection(corners);
  const lands = h("g", {});
  for (const each of villages) {
    const shape = each.outline?.length
      ? h("polygon", { class: "land", points: each.outline.map((corner) => point(corner).map((n) => n.toFixed(1)).join()).join(" ") })
      : h("circle", { class: "land", cx: point(each.at)[0].toFixed(1), cy: point(each.at)[1].toFixed(1), r: 17 });
    shape.dataset.village = each.slug;
    lands.append(shape);
  }
  const names = h("g", {}, ...villages.filter((each) => each.at).map((each) => nameOf(each, point(each.at))));
  const posts = h("g", {});
  place.replaceChildren(h("svg", { viewBox: `0 0 ${WIDTH} ${height.toFixed(0)}`, role: "img", "aria-label": t("map") }, lands, posts, names),
    legend());
  const places = postPlaces(district, point);
  return (states, alarms) => {
    const alarmed = new Set(alarms.map((each) => each.village));
    for (const land of lands.children) land.classList.toggle("alarmed", alarmed.has(land.dataset.village) || alarmed.has("semua"));
    sync(posts, states.filter((each) => places.has(each.post)), (each) => `${each.post}:${kindOf(each.state)}`, (each) => {
      const [x, y] = places.get(each.post);
      return h("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` }, h("title", {}), mark(kindOf(each.state)));
    }, (group, each) => say(group.firstChild, `${each.name}: ${each.label}`));
  };
}

/** A village's name: above its middle where its outline leaves room, else beside it, on the side that has more of it. */
function nameOf(village, [x, y]) {
  if (village.outline?.length) return h("text", { x: x.toFixed(1), y: (y - 17).toFixed(1), "text-anchor": "middle" }, village.name);
  const wide = 8 * village.name.length + 24;
  const isLeft = x > wide && (x < WIDTH / 2 || x + wide > WIDTH);
  return h("text", { x: (x + (isLeft ? -21 : 21)).toFixed(1), y: (y + 5).toFixed(1), "text-anchor": isLeft ? "end" : "start" }, village.name);
}

function legend() {
  return h("ul", { class: "legend" }, ...["good", "rings", "trouble", "gone"].map((kind) =>
    h("li", {}, h("svg", { viewBox: "-12 -12 24 24", "aria-hidden": "true" }, mark(kind)), t(`map_${kind}`))));
}
