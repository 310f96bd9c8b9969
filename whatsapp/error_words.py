"""What an agent reads when a message fails: what happened and what to do, in English and in Russian."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    what: str
    todo: str


WORDS: dict[str, tuple[Words, Words]] = {
    "unknown": (
        Words("WhatsApp refused the message.", "Show the code to your administrator."),
        Words("WhatsApp не принял сообщение.", "Покажите код ошибки администратору."),
    ),
    "token": (
        Words(
            "The connection to WhatsApp is lost: its access token no longer works.",
            "Ask an administrator to renew the token. Then send again.",
        ),
        Words(
            "Связь с WhatsApp потеряна: токен доступа больше не действует.",
            "Попросите администратора обновить токен, затем отправьте снова.",
        ),
    ),
    "permission": (
        Words(
            "Our app is not allowed to do this for the WhatsApp account.",
            "Ask an administrator to check the app's permissions.",
        ),
        Words(
            "Приложению не разрешено это действие в аккаунте WhatsApp.",
            "Попросите администратора проверить права приложения.",
        ),
    ),
    "number_gone": (
        Words(
            "This business number no longer exists or is hidden from us.",
            "Ask an administrator to check the number in the settings.",
        ),
        Words(
            "Этого номера компании больше нет, или он нам не виден.",
            "Попросите администратора проверить номер в настройках.",
        ),
    ),
    "unknown_object": (
        Words(
            "Meta does not know this number, file or template, or does not show it to us.",
            "Ask an administrator to check the ids and the token's access.",
        ),
        Words(
            "Meta не знает этот номер, файл или шаблон либо не показывает его нам.",
            "Попросите администратора проверить идентификаторы и права токена.",
        ),
    ),
    "meta_trouble": (
        Words("WhatsApp has trouble on its side.", "Nothing to do: we try again by ourselves."),
        Words("У WhatsApp временные неполадки.", "Ничего делать не нужно: мы отправим снова сами."),
    ),
    "maintenance": (
        Words(
            "WhatsApp is working on this number and takes no messages for a minute.",
            "Nothing to do: we try again by ourselves.",
        ),
        Words(
            "WhatsApp обслуживает этот номер и около минуты не принимает сообщения.",
            "Ничего делать не нужно: мы отправим снова сами.",
        ),
    ),
    "too_fast": (
        Words(
            "We are sending faster than WhatsApp allows, so the message waits.",
            "Nothing to do: it goes out as soon as there is room.",
        ),
        Words(
            "Мы отправляем быстрее, чем разрешает WhatsApp, поэтому сообщение ждёт.",
            "Ничего делать не нужно: оно уйдёт, как только будет можно.",
        ),
    ),
    "pair_rate": (
        Words(
            "Too many messages to this person in a short time, so this one waits.",
            "Nothing to do: it goes out in a moment. Fewer, longer messages help.",
        ),
        Words(
            "Этому человеку ушло слишком много сообщений подряд, поэтому это ждёт.",
            "Ничего делать не нужно: скоро отправим. Лучше писать реже, но длиннее.",
        ),
    ),
    "marketing_limit": (
        Words(
            "WhatsApp held back this marketing message: the person gets enough of them already.",
            "Wait at least a day. Trying sooner makes the wait longer.",
        ),
        Words(
            "WhatsApp не доставил рассылку: человек уже получил их достаточно.",
            "Подождите не меньше суток: ранние попытки продлевают ожидание.",
        ),
    ),
    "experiment": (
        Words(
            "Not delivered: the person is in a Meta experiment without marketing messages. It costs nothing.",
            "Write when they write to you, or use another channel.",
        ),
        Words(
            "Не доставлено: человек участвует в эксперименте Meta без рассылок. Это бесплатно.",
            "Ответьте, когда он напишет сам, или выберите другой канал.",
        ),
    ),
    "country": (
        Words(
            "This business may not send messages to the person's country.",
            "Use another channel.",
        ),
        Words(
            "Компании нельзя отправлять сообщения в страну этого человека.",
            "Свяжитесь другим способом.",
        ),
    ),
    "yourself": (
        Words("A number cannot write to itself.", "Choose another recipient."),
        Words("Номер не может писать сам себе.", "Выберите другого получателя."),
    ),
    "undeliverable": (
        Words(
            "WhatsApp could not deliver this. The person may have no WhatsApp, an old version, or have blocked you.",
            "Check the number, or use another channel.",
        ),
        Words(
            "Не удалось доставить. Возможно, у человека нет WhatsApp, он устарел или вас заблокировали.",
            "Проверьте номер или свяжитесь другим способом.",
        ),
    ),
    "window_closed": (
        Words(
            "More than 24 hours have passed since the person last wrote, so free text is not allowed.",
            "Send a template. After they answer you can write freely.",
        ),
        Words(
            "С последнего сообщения клиента прошло больше 24 часов: свободный текст запрещён.",
            "Отправьте шаблон. После ответа можно писать свободно.",
        ),
    ),
    "opted_out": (
        Words(
            "The person has stopped marketing messages from you.",
            "Send them no more marketing. You may answer when they write.",
        ),
        Words(
            "Человек отказался от рассылок.",
            "Больше не отправляйте ему рассылки. Отвечать на его сообщения можно.",
        ),
    ),
    "identity": (
        Words(
            "The person's phone or account has changed, and the security check stopped the message.",
            "Make sure who they are, then confirm it and send again.",
        ),
        Words(
            "У человека сменился телефон или аккаунт, и проверка остановила сообщение.",
            "Убедитесь, что это он, подтвердите и отправьте снова.",
        ),
    ),
    "allowed_list": (
        Words(
            "This is a test number, and it may only write to people on its list.",
            "Ask an administrator to add the person to the list in Meta's app settings.",
        ),
        Words(
            "Это тестовый номер: он пишет только тем, кто есть в его списке.",
            "Попросите администратора добавить человека в список в настройках приложения Meta.",
        ),
    ),
    "needs_number": (
        Words(
            "This kind of template needs a phone number, and the person hides theirs.",
            "Ask for the number, or send another template.",
        ),
        Words(
            "Для такого шаблона нужен номер телефона, а человек его скрывает.",
            "Попросите номер или отправьте другой шаблон.",
        ),
    ),
    "block_list": (
        Words(
            "The block list could not be changed.",
            "Only people who wrote in the last 24 hours can be blocked. Try again later.",
        ),
        Words(
            "Не удалось изменить список заблокированных.",
            "Заблокировать можно только тех, кто писал за последние 24 часа. Попробуйте позже.",
        ),
    ),
    "policy_block": (
        Words(
            "Meta has restricted this account for a while because of its rules.",
            "Ask an administrator to look at Business Support in Meta's settings.",
        ),
        Words(
            "Meta временно ограничила аккаунт из-за нарушения правил.",
            "Попросите администратора открыть поддержку бизнеса в настройках Meta.",
        ),
    ),
    "misused_category": (
        Words(
            "Meta limits this account: marketing was sent as utility too often.",
            "Ask a manager to correct the templates' categories.",
        ),
        Words(
            "Meta ограничила аккаунт: рассылки слишком часто отправляли как сервисные сообщения.",
            "Попросите руководителя исправить категории шаблонов.",
        ),
    ),
    "account_locked": (
        Words(
            "Meta has locked this WhatsApp account.",
            "Ask an administrator to request a review in Meta's Business Support.",
        ),
        Words(
            "Meta заблокировала этот аккаунт WhatsApp.",
            "Попросите администратора запросить проверку в поддержке Meta.",
        ),
    ),
    "payment": (
        Words(
            "Billing problem: Meta cannot charge the account, so paid messages are not delivered.",
            "Ask an administrator to check the payment method at Meta.",
        ),
        Words(
            "Проблема с оплатой: Meta не может списать деньги, и платные сообщения не доставляются.",
            "Попросите администратора проверить способ оплаты в Meta.",
        ),
    ),
    "payment_terms": (
        Words(
            "The payment terms have not been accepted at Meta.",
            "Ask an administrator to accept them in Meta's settings.",
        ),
        Words(
            "В Meta не приняты условия оплаты.",
            "Попросите администратора принять их в настройках Meta.",
        ),
    ),
    "marketing_api": (
        Words(
            "This marketing template cannot be sent in this way.",
            "Choose another template, or ask an administrator about marketing messages at Meta.",
        ),
        Words(
            "Этот маркетинговый шаблон нельзя отправить таким способом.",
            "Выберите другой шаблон или спросите администратора о рассылках в Meta.",
        ),
    ),
    "template_count": (
        Words(
            "The account has as many templates as Meta allows.",
            "Delete templates that nobody uses.",
        ),
        Words(
            "В аккаунте уже предельное число шаблонов.", "Удалите шаблоны, которыми не пользуются."
        ),
    ),
    "spam_limit": (
        Words(
            "WhatsApp limits this number: too many people blocked or reported it.",
            "Stop broadcasts for now. Answer only those who write to you.",
        ),
        Words(
            "WhatsApp ограничил номер: слишком много блокировок и жалоб.",
            "Остановите рассылки. Отвечайте только тем, кто пишет сам.",
        ),
    ),
    "display_name": (
        Words(
            "Meta has not approved the display name of this number.",
            "Ask an administrator to correct the name.",
        ),
        Words(
            "Meta не одобрила отображаемое имя этого номера.",
            "Попросите администратора исправить имя.",
        ),
    ),
    "register": (
        Words(
            "This number is not registered with WhatsApp.",
            "Ask an administrator to register it in the settings.",
        ),
        Words(
            "Этот номер не зарегистрирован в WhatsApp.",
            "Попросите администратора зарегистрировать его в настройках.",
        ),
    ),
    "wrong_pin": (
        Words(
            "The two-step PIN is wrong.", "Enter the right PIN, or reset it in WhatsApp Manager."
        ),
        Words(
            "Неверный PIN двухшаговой проверки.",
            "Введите верный PIN или сбросьте его в WhatsApp Manager.",
        ),
    ),
    "verify_number": (
        Words("The number has not been confirmed yet.", "Request a code and enter it."),
        Words("Номер ещё не подтверждён.", "Запросите код и введите его."),
    ),
    "code_refused": (
        Words(
            "Meta sends no code for this number now.",
            "Wait an hour, or let it call instead of sending an SMS. A confirmed number needs none.",
        ),
        Words(
            "Meta сейчас не отправляет код на этот номер.",
            "Подождите час или выберите звонок вместо SMS. Подтверждённому номеру код не нужен.",
        ),
    ),
    "code_wrong": (
        Words(
            "This is not the code that Meta sent, or it is too old.",
            "Type the latest one, or ask for another.",
        ),
        Words(
            "Это не тот код, который прислала Meta, или он устарел.",
            "Введите последний код или запросите новый.",
        ),
    ),
    "number_here": (
        Words("The account has this number already.", "Choose it from the list."),
        Words("Этот номер уже есть в аккаунте.", "Выберите его из списка."),
    ),
    "number_elsewhere": (
        Words(
            "The number is in use in another account, or not ready to move.",
            "Switch its two-step PIN off there, then add it here as a number that moves.",
        ),
        Words(
            "Номер занят в другом аккаунте или не готов к переезду.",
            "Отключите там двухшаговый PIN и добавьте номер здесь как переезжающий.",
        ),
    ),
    "callback": (
        Words(
            "Meta could not reach the webhook address, or got another answer than expected.",
            "Test the webhook first: the address must be open to the internet, by https.",
        ),
        Words(
            "Meta не достучалась до адреса вебхука или получила не тот ответ.",
            "Сначала проверьте вебхук: адрес должен быть доступен из интернета по https.",
        ),
    ),
    "registration_wait": (
        Words("The number was removed a moment ago.", "Wait five minutes, then register it again."),
        Words("Номер только что удалили.", "Подождите пять минут и зарегистрируйте снова."),
    ),
    "pin_wait": (
        Words("The PIN was tried too often.", "Wait some minutes before the next try."),
        Words("PIN вводили слишком часто.", "Подождите несколько минут перед новой попыткой."),
    ),
    "registration_limit": (
        Words(
            "The number was registered ten times in three days.",
            "Wait 72 hours before the next try.",
        ),
        Words(
            "Номер регистрировали десять раз за три дня.",
            "Подождите 72 часа до следующей попытки.",
        ),
    ),
    "sync_refused": (
        Words(
            "The chat history of the phone app was not handed over.",
            "Connect the number again and agree to share its history in time.",
        ),
        Words(
            "История чатов из приложения на телефоне не передана.",
            "Подключите номер снова и вовремя разрешите передачу истории.",
        ),
    ),
    "bad_parameter": (
        Words(
            "WhatsApp could not read the message: something in it is missing or wrong.",
            "Write it again. If that fails too, show the code to your administrator.",
        ),
        Words(
            "WhatsApp не смог разобрать сообщение: чего-то не хватает или что-то неверно.",
            "Напишите его заново. Если не поможет, покажите код администратору.",
        ),
    ),
    "unsupported": (
        Words(
            "WhatsApp does not pass on this kind of message.",
            "Look at it on the phone, or ask for it in another form.",
        ),
        Words(
            "WhatsApp не передаёт сообщения такого вида.",
            "Посмотрите на телефоне или попросите прислать иначе.",
        ),
    ),
    "media_download": (
        Words(
            "WhatsApp could not fetch the file. It may be larger than 100 MB.",
            "Ask the person to send it again, or send yours as a smaller file.",
        ),
        Words(
            "WhatsApp не смог загрузить файл. Возможно, он больше 100 МБ.",
            "Попросите прислать его снова или отправьте свой файл меньшего размера.",
        ),
    ),
    "media_upload": (
        Words(
            "WhatsApp did not accept the file: its type or size does not fit.",
            "Send it in another format or smaller, or as a document.",
        ),
        Words(
            "WhatsApp не принял файл: не подходит тип или размер.",
            "Отправьте его в другом формате, меньшего размера или как документ.",
        ),
    ),
    "template_parameters": (
        Words(
            "What was filled in does not fit the template; it may have been changed.",
            "Choose the template again and fill it in without line breaks and long gaps.",
        ),
        Words(
            "Заполненные поля не подходят к шаблону; возможно, его изменили.",
            "Выберите шаблон снова и заполните поля без переносов строк и длинных пробелов.",
        ),
    ),
    "template_missing": (
        Words(
            "Meta does not have this template in this language, or has not approved it yet.",
            "If it was approved just now, wait a few minutes. Else choose another.",
        ),
        Words(
            "В Meta нет этого шаблона на этом языке, или он ещё не одобрен.",
            "Если его только что одобрили, подождите пару минут. Иначе выберите другой.",
        ),
    ),
    "template_too_long": (
        Words("With what was filled in, the text is too long.", "Shorten the values."),
        Words("С подставленными значениями текст слишком длинный.", "Сократите значения."),
    ),
    "template_policy": (
        Words(
            "The template's content breaks WhatsApp's rules.",
            "Ask a manager to change the template.",
        ),
        Words(
            "Содержание шаблона нарушает правила WhatsApp.",
            "Попросите руководителя изменить шаблон.",
        ),
    ),
    "template_paused": (
        Words(
            "Meta has paused this template: too many people disliked it.",
            "Choose another template. The pause lasts some hours.",
        ),
        Words(
            "Meta приостановила этот шаблон: на него жалуются получатели.",
            "Выберите другой шаблон. Пауза длится несколько часов.",
        ),
    ),
    "template_disabled": (
        Words(
            "Meta has switched this template off for good.",
            "Choose another template.",
        ),
        Words("Meta навсегда отключила этот шаблон.", "Выберите другой шаблон."),
    ),
    "template_syncing": (
        Words(
            "Meta is still preparing this template for sending.",
            "Nothing to do: we try again in ten minutes.",
        ),
        Words(
            "Meta ещё готовит этот шаблон к отправке.",
            "Ничего делать не нужно: мы попробуем через десять минут.",
        ),
    ),
    "template_name": (
        Words(
            "A template of this name and language exists or is being deleted.",
            "Choose another name. A deleted one is blocked for up to 30 days.",
        ),
        Words(
            "Шаблон с таким именем и языком уже есть или удаляется.",
            "Выберите другое имя. Удалённое занято до 30 дней.",
        ),
    ),
    "template_form": (
        Words(
            "Meta does not accept the form of this template: a part is too long or wrongly written.",
            "Shorten or correct the header, the text or the footer.",
        ),
        Words(
            "Meta не приняла оформление шаблона: часть слишком длинная или записана неверно.",
            "Сократите или исправьте заголовок, текст или подпись.",
        ),
    ),
    "template_variables": (
        Words(
            "The template has too many variables for its text, or one at the very start or end.",
            "Add words around the variables.",
        ),
        Words(
            "В шаблоне слишком много переменных для такого текста, или переменная стоит с краю.",
            "Добавьте слова вокруг переменных.",
        ),
    ),
    "flow": (
        Words(
            "The form in this message does not work at the moment.", "Send a plain message instead."
        ),
        Words("Форма в этом сообщении сейчас не работает.", "Отправьте обычное сообщение."),
    ),
    "calling": (
        Words("The call did not come about.", "Write to the person instead."),
        Words("Звонок не состоялся.", "Напишите человеку."),
    ),
    "username": (
        Words("WhatsApp did not accept the username.", "Choose another one."),
        Words("WhatsApp не принял имя пользователя.", "Выберите другое."),
    ),
    "sign_up": (
        Words(
            "The number could not be connected at Meta.",
            "Go through the steps again. If it stays so, ask Meta's support.",
        ),
        Words(
            "Не удалось подключить номер в Meta.",
            "Пройдите шаги снова. Если не поможет, обратитесь в поддержку Meta.",
        ),
    ),
}
