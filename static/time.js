// Time: moments in the visitor's own time zone. The server writes them in UTC, for browsers without script.
//
// Marked up as <time datetime="2026-11-27T14:02:05Z" data-moment>.

const language = document.documentElement.lang;
// Pages in English write days and hours as Europeans do.
const locale = language === "en" ? "en-GB" : language;

/** "14:02" for a moment of today, "14:02, 27 November 2026" for any other. */
export function spoken(moment) {
  const at = new Date(moment);
  const time = at.toLocaleTimeString(locale, { timeStyle: "short" });
  const isToday = at.toDateString() === new Date().toDateString();
  return isToday ? time : `${time}, ${at.toLocaleDateString(locale, { dateStyle: "long" })}`;
}

for (const time of document.querySelectorAll("time[data-moment]")) {
  time.textContent = spoken(time.dateTime);
}
