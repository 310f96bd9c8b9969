"""What the desk says of a draft, in English and in Russian. The keys are the rules."""

from __future__ import annotations

from typing import Final

WORDS: Final[dict[str, tuple[str, str]]] = {
    "name_missing": (
        "Give the template a name: customers never see it.",
        "Дайте шаблону имя: клиенты его не видят.",
    ),
    "name_letters": (
        "Only lower case Latin letters, digits and underscores, for example order_ready.",
        "Только строчные латинские буквы, цифры и подчёркивания, например order_ready.",
    ),
    "name_long": (
        "The name has {n} characters, {most} are allowed.",
        "В имени {n} символов, можно не больше {most}.",
    ),
    "name_taken": (
        "A template with this name and language exists already. Open it to change it, or take another name.",
        "Шаблон с таким именем и языком уже есть. Откройте его, чтобы изменить, или возьмите другое имя.",
    ),
    "name_blocked": (
        "A template of this name was deleted: Meta keeps name and language blocked until {until}.",
        "Шаблон с этим именем удалён: до {until} Meta не даст занять это имя на том же языке.",
    ),
    "language_wrong": ("Choose a language.", "Выберите язык."),
    "category_wrong": ("Choose a category.", "Выберите категорию."),
    "category_fixed": (
        "Meta lets nobody change the category of an approved template.",
        "Категорию одобренного шаблона Meta менять не даёт.",
    ),
    "header_missing": (
        "Write the header or choose “none”.",
        "Напишите заголовок или выберите «нет».",
    ),
    "header_sample_file": (
        "Upload a sample file: Meta wants to see one.",
        "Загрузите файл-образец: Meta хочет его увидеть.",
    ),
    "header_kind": ("Meta has no such header.", "Такого заголовка у Meta нет."),
    "header_variables": (
        "The header may hold one variable, here are {n}.",
        "В заголовке может быть одна переменная, а здесь их {n}.",
    ),
    "text_long": (
        "{n} characters, {most} are allowed.",
        "Символов: {n}, можно не больше {most}.",
    ),
    "body_missing": ("Write the text of the message.", "Напишите текст сообщения."),
    "body_twin": (
        "The same text as in “{name}”. Meta refuses twins: change the words or use that template.",
        "Тот же текст, что в «{name}». Meta не принимает двойников: измените слова или возьмите тот шаблон.",
    ),
    "braces": (
        "“{found}” is no variable: write {{{{1}}}} or {{{{order_number}}}}.",
        "«{found}» — не переменная: пишите {{{{1}}}} или {{{{order_number}}}}.",
    ),
    "variable_first": (
        "The text may not begin with a variable: put a word before {found}.",
        "Текст не может начинаться с переменной: поставьте слово перед {found}.",
    ),
    "variable_last": (
        "The text may not end with a variable: put a word or a full stop after {found}.",
        "Текст не может кончаться переменной: поставьте слово или точку после {found}.",
    ),
    "variables_touch": (
        "Two variables stand side by side: put a word between them.",
        "Две переменные стоят рядом: поставьте между ними слово.",
    ),
    "variables_mixed": (
        "Numbers and names are mixed: use either {{{{1}}}} or {{{{order_number}}}} throughout.",
        "Номера и имена смешаны: везде либо {{{{1}}}}, либо {{{{order_number}}}}.",
    ),
    "variables_gap": (
        "Number the variables from {{{{1}}}} without a gap: {wanted} is missing.",
        "Нумеруйте переменные с {{{{1}}}} без пропусков: нет {wanted}.",
    ),
    "variable_name": (
        "{found}: only lower case Latin letters, digits and underscores, and a letter first.",
        "{found}: только строчные латинские буквы, цифры и подчёркивания, первой — буква.",
    ),
    "variables_many": (
        "Too many variables for so few words: at least {wanted} words are needed around them, here are {n}.",
        "Переменных слишком много для такого текста: нужно не меньше {wanted} слов, а здесь {n}.",
    ),
    "sample_missing": (
        "{found} needs a sample, so that Meta’s reviewer understands it.",
        "Для {found} нужен образец: по нему проверяющий поймёт текст.",
    ),
    "sample_form": (
        "The sample of {found} may hold no new lines, tabs or more than four spaces in a row.",
        "В образце для {found} не должно быть переносов, табуляций и больше четырёх пробелов подряд.",
    ),
    "footer_variables": (
        "The footer may hold no variables.",
        "В подписи не может быть переменных.",
    ),
    "buttons_many": (
        "At most {most} buttons, here are {n}.",
        "Кнопок может быть не больше {most}, а здесь {n}.",
    ),
    "buttons_kind": (
        "At most {most} buttons of this kind.",
        "Кнопок этого вида может быть не больше {most}.",
    ),
    "buttons_order": (
        "Quick replies must stand together, before or after all the others.",
        "Быстрые ответы должны стоять вместе: до остальных кнопок или после них.",
    ),
    "buttons_desktop": (
        "Four and more buttons, or mixed kinds, are not shown in WhatsApp on a computer.",
        "Четыре и больше кнопок или кнопки разных видов не видны в WhatsApp на компьютере.",
    ),
    "button_kind": ("Meta has no such button here.", "Такой кнопки здесь быть не может."),
    "label_missing": ("Write what stands on the button.", "Напишите, что стоит на кнопке."),
    "label_long": (
        "The label has {n} characters, {most} are allowed.",
        "В надписи {n} символов, можно не больше {most}.",
    ),
    "label_variables": (
        "A label may hold no variables.",
        "В надписи на кнопке не может быть переменных.",
    ),
    "url_wrong": (
        "Write a whole address, beginning with https://.",
        "Напишите адрес целиком, начиная с https://.",
    ),
    "url_long": (
        "The address has {n} characters, {most} are allowed.",
        "В адресе {n} символов, можно не больше {most}.",
    ),
    "url_variable": (
        "An address may hold one variable, {{{{1}}}}, at its very end.",
        "В адресе может быть одна переменная, {{{{1}}}}, в самом конце.",
    ),
    "url_sample": (
        "Write a sample of the end of the address.",
        "Напишите образец для конца адреса.",
    ),
    "phone_wrong": (
        "Write the number with its country code, at most {most} characters: +7 812 000-00-00.",
        "Напишите номер с кодом страны, не больше {most} символов: +7 812 000-00-00.",
    ),
    "code_wrong": (
        "Write a sample code of 1 to {most} characters.",
        "Напишите образец кода: от 1 до {most} символов.",
    ),
    "minutes_wrong": (
        "The code may hold for 1 to 90 minutes.",
        "Код может действовать от 1 до 90 минут.",
    ),
    "lifetime_code": (
        "A code can wait for 30 seconds to 15 minutes, or for 30 days.",
        "Код может ждать доставки от 30 секунд до 15 минут или 30 дней.",
    ),
    "lifetime_utility": (
        "A utility message can wait for 30 seconds to 12 hours, or for 30 days.",
        "Сервисное сообщение может ждать доставки от 30 секунд до 12 часов или 30 дней.",
    ),
    "lifetime_marketing": (
        "A marketing message can wait for 12 hours to 30 days.",
        "Рекламное сообщение может ждать доставки от 12 часов до 30 дней.",
    ),
    "authentication_plain": (
        "Authentication templates hold no links and no emoji.",
        "В шаблонах для входа не бывает ссылок и эмодзи.",
    ),
    "promotional": (
        "“{found}” sounds like advertising. Meta will approve this as marketing, at the price of marketing.",
        "«{found}» звучит как реклама. Meta одобрит это как маркетинг, по цене маркетинга.",
    ),
    "short_link": (
        "{found} hides where it leads. Meta often refuses short links: use your own address.",
        "По {found} не видно, куда ведёт ссылка. Meta часто отклоняет короткие ссылки: дайте свой адрес.",
    ),
    "personal": (
        "“{found}” asks for what Meta takes for fraud. Do not ask for such data in a chat.",
        "«{found}»: такие просьбы Meta считает мошенничеством. Не спрашивайте эти данные в чате.",
    ),
    "edit_state": (
        "Meta changes only approved, rejected and paused templates.",
        "Meta меняет только одобренные, отклонённые и приостановленные шаблоны.",
    ),
    "edit_day": (
        "An approved template may be changed once in 24 hours: again from {until}.",
        "Одобренный шаблон можно менять раз в 24 часа: снова с {until}.",
    ),
    "edit_month": (
        "An approved template may be changed ten times in 30 days: again from {until}.",
        "Одобренный шаблон можно менять десять раз за 30 дней: снова с {until}.",
    ),
    "count_full": (
        "The account holds {n} templates, the most there can be. Delete one first.",
        "В аккаунте уже {n} шаблонов, больше нельзя. Сначала удалите какой-нибудь.",
    ),
    "count_unverified": (
        "The account holds {n} templates. If the company is not verified at Meta, 250 are the most.",
        "В аккаунте уже {n} шаблонов. Если компания не подтверждена в Meta, предел — 250.",
    ),
    "created_hour": (
        "{n} templates were made in this account within the hour, the most there can be: again from {until}.",
        "За час в аккаунте создано {n} шаблонов, больше нельзя: снова с {until}.",
    ),
    "variable_digits": (
        "{found}: Meta’s documents allow lower case letters and underscores, digits are not confirmed.",
        "{found}: Meta обещает строчные буквы и подчёркивания; про цифры не сказано.",
    ),
    "variable_glued": (
        "“{found}”: put a space between the word and the variable, so that any value fits.",
        "«{found}»: поставьте пробел между словом и переменной, чтобы подошло любое значение.",
    ),
    "variable_alone": (
        "“{found}” stands alone in its line: say what it is, for example “Order {found}”.",
        "«{found}» стоит в строке одна: напишите, что это, например «Заказ {found}».",
    ),
    "one_time": (
        "“{found}”: Meta refuses codes outside of authentication. Choose that category; it has a form for them.",
        "«{found}»: Meta принимает коды только в категории «Код подтверждения»: выберите её, там есть форма.",
    ),
    "no_opt_out": (
        "Say how to get no more of these: a quick reply “Unsubscribe” or a word in the footer. Else people block you.",
        "Скажите, как отписаться: быстрый ответ «Отписаться» или слово в подписи. Иначе вас блокируют.",
    ),
    "flow_wrong": (
        "Write the id of the form: the number under its name in WhatsApp Manager → Flows.",
        "Напишите номер формы: он стоит под её именем в WhatsApp Manager → Flows.",
    ),
    "form_wrong": ("Choose what kind of message it is.", "Выберите, что это за сообщение."),
    "form_category": (
        "Meta takes offers that end and carousels as marketing only: choose that category.",
        "Предложения со сроком и карусели Meta принимает только как маркетинг: выберите эту категорию.",
    ),
    "offer_missing": (
        "Write what ends, in up to 16 characters: “Ends soon”.",
        "Напишите, что заканчивается, до 16 символов: «Скоро закончится».",
    ),
    "offer_variables": (
        "The line of the offer may hold no variables.",
        "В строке предложения не может быть переменных.",
    ),
    "offer_header": (
        "An offer has a picture or a film above it, or nothing.",
        "Над предложением бывает картинка, видео или ничего.",
    ),
    "offer_buttons": (
        "An offer has a link, and before it, if you like, a code to copy. No others.",
        "У предложения — одна ссылка и перед ней, если нужно, код для копирования. Других кнопок нет.",
    ),
    "cards_count": (
        "A carousel has 2 to 10 cards, here are {n}.",
        "В карусели от 2 до 10 карточек, а здесь {n}.",
    ),
    "card_kind": (
        "Cards show pictures or films.",
        "На карточках бывают картинки или видео.",
    ),
    "card_file": (
        "Upload the picture or the film of this card.",
        "Загрузите картинку или видео этой карточки.",
    ),
    "card_lines": (
        "{n} line breaks, {most} are allowed on a card.",
        "Переносов строк: {n}, на карточке можно не больше {most}.",
    ),
    "card_bodies": (
        "Either all cards have words, or none has: the first decides.",
        "Слова есть либо на всех карточках, либо ни на одной: решает первая.",
    ),
    "card_buttons": (
        "All cards have the same kinds of buttons in the same order: the first decides.",
        "У всех карточек одинаковые кнопки в одном порядке: решает первая.",
    ),
    "code_kind": ("Choose how the code is taken.", "Выберите, как код попадёт в приложение."),
    "apps_count": (
        "Name 1 to {most} Android apps that take the code, here are {n}.",
        "Назовите от 1 до {most} приложений Android, которые берут код, а здесь {n}.",
    ),
    "app_package": (
        "Write the app’s package as com.company.app: Latin letters, digits and underscores, up to {most} characters.",
        "Напишите пакет приложения вида com.company.app: латинские буквы, цифры и подчёркивания, до {most} символов.",
    ),
    "app_signature": (
        "The signature of the app is exactly 11 characters, such as K8a/AINcGX7. Your developers know it.",
        "Подпись приложения — ровно 11 символов, например K8a/AINcGX7. Её знают ваши разработчики.",
    ),
    "terms_missing": (
        "Without a tap codes go only where WhatsApp’s terms for it are accepted: tick the box.",
        "Без нажатия коды передаются, только если приняты условия WhatsApp: поставьте галочку.",
    ),
}
