// The page's words in English and Russian. `t("key", {name})` gives one; the language is ?lang=, the last choice, or the browser's.
const EN = {
  customers: "Customers", search: "Search by name or number", newCustomer: "New customer", writingTo: "Business",
  nobodyTitle: "Whose phone is it?", nobodyText: "Choose a customer, or make a new one, and write to the business.",
  noCustomers: "No customers yet.", noMatch: "Nobody by that name or number.", noNumbers: "There is no business number yet. Make one with the control API.",
  message: "Message", send: "Send", attach: "Attach", back: "Back", about: "About this customer", close: "Close",
  photo: "Photo", document: "Document", sample: "Sample photo", voice: "Voice note", location: "Location", contact: "Contact", sticker: "Sticker", ad: "From an ad",
  today: "Today", yesterday: "Yesterday", older: "Show older messages", typing: "typing…", business: "Business account", hello: "No messages yet. The first one opens a 24-hour window for the business.",
  you: "You", reply: "Reply", edit: "Edit", remove: "Delete for everyone", editing: "Editing", edited: "edited", deleted: "This message was deleted", actions: "Message actions", react: "React with {emoji}",
  waits: "Waits until the phone is on", waitsShort: "On its way", failed: "Never arrived: {code} {title}",
  offNote: "This phone is off. Messages wait.", turnOn: "Turn on", choose: "Choose", cancel: "Cancel", save: "Save", create: "Create",
  name: "Name", phone: "Phone", bsuid: "Business-scoped user ID (if the number is hidden)", behaviour: "Behaviour",
  latitude: "Latitude", longitude: "Longitude", place: "Place", address: "Address", adText: "First message", adTitle: "Headline of the ad",
  adHello: "Hello! I saw your ad.", adHeadline: "Winter collection, 20 % off", adVia: "From an ad",
  phoneOn: "Phone is on", marketing: "Accepts marketing", sharesPhone: "Shows the phone number", state: "State", scenes: "What happens", fromAd: "Comes from an ad", complain: "Block and report", complained: "Reported: three people a week lower the number’s quality", changeNumber: "Change number", newNumber: "New number",
  time: "Time", timeText: "The simulated clock moves on: windows close, pauses end.", hour: "+1 hour", day: "+24 hours", moved: "The clock moved on.",
  wire: "Last webhooks", wireNone: "None sent yet.", wireOff: "No answer", offline: "The simulator does not answer. Trying again…", copied: "Copied", copy: "Copy code", view: "View",
  theme: "Light or dark", language: "Русский", unsupported: "This message type is not shown here", call: "Call", open: "Open", order: "Order", formSent: "Form sent", image: "Photo", video: "Video", audio: "Audio", template: "Message", contacts: "Contact", interactive: "Message", button: "Answer", system: "Notice", unsupportedShort: "Unsupported", revoked: "Deleted",
  changed: "Changed the number from {old} to {new}", noFile: "The file is gone", viewContact: "Contact card", openForm: "Form", sendLocation: "Send location", tooBig: "The file is too large.",
  b_normal: "Ordinary", b_by_hand: "Reads only when the chat is open", b_reads_at_once: "Reads at once", b_phone_off: "Phone is never on", b_window_closed: "Fails with 131047 (window)", b_rate_limited: "Call refused: 130429 (rate)", b_unreachable: "Fails with 131026 (undeliverable)", b_times_out: "Accepted, the answer never comes", b_engagement_limit: "Fails with 131049 (engagement)", b_opted_out: "Marketing fails with 131050", b_server_error: "Call refused: 131000", b_skips_delivered: "Read without delivered", b_no_payment: "Fails with 131042 (payment)", b_pair_limited: "Call refused: 131056 (pair rate)",
  "tag_off": "off",
};
const RU = {
  customers: "Клиенты", search: "Имя или номер", newCustomer: "Новый клиент", writingTo: "Бизнес",
  nobodyTitle: "Чей это телефон?", nobodyText: "Выберите клиента или создайте нового и напишите бизнесу.",
  noCustomers: "Клиентов пока нет.", noMatch: "Никого с таким именем или номером.", noNumbers: "Номера бизнеса пока нет. Создайте его через управляющий API.",
  message: "Сообщение", send: "Отправить", attach: "Прикрепить", back: "Назад", about: "О клиенте", close: "Закрыть",
  photo: "Фото", document: "Документ", sample: "Пример фото", voice: "Голосовое", location: "Место", contact: "Контакт", sticker: "Стикер", ad: "Из рекламы",
  today: "Сегодня", yesterday: "Вчера", older: "Показать более ранние", typing: "печатает…", business: "Бизнес-аккаунт", hello: "Сообщений пока нет. Первое откроет бизнесу окно в 24 часа.",
  you: "Вы", reply: "Ответить", edit: "Изменить", remove: "Удалить у всех", editing: "Изменение", edited: "изменено", deleted: "Сообщение удалено", actions: "Действия с сообщением", react: "Реакция {emoji}",
  waits: "Ждёт, пока телефон включат", waitsShort: "В пути", failed: "Не дошло: {code} {title}",
  offNote: "Телефон выключен. Сообщения ждут.", turnOn: "Включить", choose: "Выбрать", cancel: "Отмена", save: "Сохранить", create: "Создать",
  name: "Имя", phone: "Телефон", bsuid: "BSUID (если номер скрыт)", behaviour: "Поведение",
  latitude: "Широта", longitude: "Долгота", place: "Место", address: "Адрес", adText: "Первое сообщение", adTitle: "Заголовок рекламы",
  adHello: "Здравствуйте! Увидел вашу рекламу.", adHeadline: "Зимняя коллекция −20 %", adVia: "Из рекламы",
  phoneOn: "Телефон включён", marketing: "Принимает рассылки", sharesPhone: "Показывает номер", state: "Состояние", scenes: "Что происходит", fromAd: "Приходит из рекламы", complain: "Пожаловаться", complained: "Жалоба принята: три человека за неделю снижают качество номера", changeNumber: "Сменить номер", newNumber: "Новый номер",
  time: "Время", timeText: "Часы симулятора идут вперёд: окна закрываются, паузы кончаются.", hour: "+1 час", day: "+24 часа", moved: "Часы переведены.",
  wire: "Последние вебхуки", wireNone: "Пока ни одного.", wireOff: "Нет ответа", offline: "Симулятор не отвечает. Пробуем снова…", copied: "Скопировано", copy: "Скопировать код", view: "Показать",
  theme: "Светлая или тёмная тема", language: "English", unsupported: "Такие сообщения здесь не показываются", call: "Позвонить", open: "Открыть", order: "Заказ", formSent: "Форма отправлена", image: "Фото", video: "Видео", audio: "Аудио", template: "Сообщение", contacts: "Контакт", interactive: "Сообщение", button: "Ответ", system: "Уведомление", unsupportedShort: "Не поддерживается", revoked: "Удалено",
  changed: "Номер сменился с {old} на {new}", noFile: "Файла больше нет", viewContact: "Карточка контакта", openForm: "Форма", sendLocation: "Отправить место", tooBig: "Файл слишком большой.",
  b_normal: "Обычное", b_by_hand: "Читает, только когда чат открыт", b_reads_at_once: "Читает сразу", b_phone_off: "Телефон всегда выключен", b_window_closed: "Ошибка 131047 (окно)", b_rate_limited: "Отказ вызова: 130429 (частота)", b_unreachable: "Ошибка 131026 (не доставить)", b_times_out: "Принято, но ответ не приходит", b_engagement_limit: "Ошибка 131049 (вовлечённость)", b_opted_out: "Рассылки: ошибка 131050", b_server_error: "Отказ вызова: 131000", b_skips_delivered: "Прочитано без «доставлено»", b_no_payment: "Ошибка 131042 (оплата)", b_pair_limited: "Отказ вызова: 131056 (пара)",
  "tag_off": "выкл.",
};

const asked = new URLSearchParams(location.search).get("lang") || localStorage.getItem("phone-lang") || navigator.language;
export const lang = asked.toLowerCase().startsWith("ru") ? "ru" : "en";
document.documentElement.lang = lang;
const WORDS = lang === "ru" ? RU : EN;

export function t(key, values = {}) {
  return (WORDS[key] ?? EN[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function switchLanguage() {
  localStorage.setItem("phone-lang", lang === "ru" ? "en" : "ru");
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  location.replace(url);
}
