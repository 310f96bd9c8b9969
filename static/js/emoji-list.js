/** The emoji that people use most: sign | English names | Russian name. The names are Unicode's (CLDR) and the usual short ones. */
// @ts-check

const LINES = `
😀|grinning face, grinning|широко улыбается
😃|grinning face with big eyes, smiley|смеется
😄|grinning face with smiling eyes, smile|смеется с закрытыми глазами
😁|beaming face with smiling eyes, grin|светится от счастья
😆|grinning squinting face, satisfied, laughing|смеется с прищуренными глазами
😅|grinning face with sweat, sweat smile|нервно смеется
😂|face with tears of joy, joy|смеется до слез
🤣|rolling on the floor laughing, rofl|катается со смеху
🙂|slightly smiling face|слегка улыбается
🙃|upside-down face, upside down face|вверх тормашками
😉|winking face, wink|подмигивает
😊|smiling face with smiling eyes, blush|довольно улыбается
😇|smiling face with halo, innocent|с нимбом
🥰|smiling face with hearts, smiling face with three hearts|улыбающееся лицо с сердечками
😍|smiling face with heart-eyes, heart eyes, smiling face with heart eyes|влюбленное лицо
🤩|star-struck, star struck|звезды в глазах
😘|face blowing a kiss, kissing heart|воздушный поцелуй
😗|kissing face, kissing|целует
😚|kissing face with closed eyes, kissing closed eyes|целует с закрытыми глазами
😋|face savoring food, yum|вкусно
😛|face with tongue, stuck out tongue|показывает язык
😜|winking face with tongue, stuck out tongue winking eye|показывает язык и подмигивает
🤪|zany face|сумасшедшее лицо
🤑|money-mouth face, money mouth face|деньги в глазах
🤗|smiling face with open hands, hugging face, hugs|обнимает
🤭|face with hand over mouth, hand over mouth|прикрывает рот рукой
🤫|shushing face|тс с с
🤔|thinking face, thinking|думает
🤐|zipper-mouth face, zipper mouth face|рот на замке
🤨|face with raised eyebrow, raised eyebrow|не верит
😐|neutral face|все равно
😑|expressionless face, expressionless|без эмоций
😶|face without mouth, no mouth|лицо без рта
😏|smirking face, smirk|ухмыляется
😒|unamused face, unamused|скучает
🙄|face with rolling eyes, roll eyes|закатывает глаза
😬|grimacing face, grimacing|гримаса
😌|relieved face, relieved|испытывает облегчение
😔|pensive face, pensive|размышляет
😪|sleepy face, sleepy|хочет спать
😴|sleeping face, sleeping|спит
😷|face with medical mask, mask|в медицинской маске
🤒|face with thermometer|с градусником во рту
🤕|face with head-bandage, face with head bandage|с перевязанной головой
🤢|nauseated face|тошнит
🤮|face vomiting, vomiting face|рвота
🥵|hot face|жар
🥶|cold face|мерзнет
😵|face with crossed-out eyes, dizzy face, face with crossed out eyes|головокружение
🤯|exploding head|взрыв мозга
🤠|cowboy hat face|в ковбойской шляпе
🥳|partying face|на вечеринке
😎|smiling face with sunglasses, sunglasses|лицо в темных очках
🤓|nerd face|очкарик
🧐|face with monocle, monocle face|с моноклем
😕|confused face, confused|в замешательстве
😟|worried face, worried|беспокоится
🙁|slightly frowning face|немного грустит
😮|face with open mouth, open mouth|удивление
😯|hushed face, hushed|неприятный сюрприз
😲|astonished face, astonished|в шоке
😳|flushed face, flushed|краснеет
🥺|pleading face|умоляет
😦|frowning face with open mouth, frowning|в изумлении
😧|anguished face, anguished|страдает
😨|fearful face, fearful|боится
😰|anxious face with sweat, cold sweat|сильно беспокоится
😥|sad but relieved face, disappointed relieved|обошлось
😢|crying face, cry|плачет
😭|loudly crying face, sob|слезы рекой
😱|face screaming in fear, scream|в ужасе
😖|confounded face, confounded|в растерянности
😣|persevering face, persevere|упорство
😞|disappointed face, disappointed|разочарование
😓|downcast face with sweat, sweat|в холодном поту
😩|weary face, weary|усталость
😫|tired face|сильная усталость
🥱|yawning face|зевает
😤|face with steam from nose, triumph|в ожидании успеха
😡|enraged face, rage, pout|злится
😠|angry face, angry|сердится
🤬|face with symbols on mouth, cursing face|цензура
😈|smiling face with horns, smiling imp|улыбающийся чертенок
💀|skull|череп
💩|pile of poo, poop, hankey|какашка
🤡|clown face|клоун
👻|ghost|привидение
👽|alien|инопланетянин
🤖|robot, robot face|робот
😺|grinning cat, smiley cat|улыбающийся кот
🙈|see-no-evil monkey, see no evil, see no evil monkey|ничего не вижу
🙉|hear-no-evil monkey, hear no evil, hear no evil monkey|ничего не слышу
🙊|speak-no-evil monkey, speak no evil, speak no evil monkey|ничего никому не скажу
👋|waving hand, wave|машет рукой
🤚|raised back of hand|поднятая рука
✋|raised hand, hand|поднятая ладонь
👌|ok hand|жест «все хорошо»
🤌|pinched fingers|щепоть
🤏|pinching hand|жест «мало»
✌️|victory hand, v|жест v
🤞|crossed fingers|скрещенные пальцы
🤟|love-you gesture, love you gesture|я тебя люблю
🤘|sign of the horns, metal|рокерский жест
🤙|call me hand|жест «позвони мне»
👈|backhand index pointing left, point left|указывающий налево палец
👉|backhand index pointing right, point right|указывающий направо палец
👆|backhand index pointing up, point up 2|указывающий вверх палец
👇|backhand index pointing down, point down|указывающий вниз палец
☝️|index pointing up, point up|указательныи палец вверх
👍|thumbs up, thumbsup, +1|большой палец вверх
👎|thumbs down, thumbsdown,  1|большой палец вниз
✊|raised fist, fist, fist raised|поднятый кулак
👊|oncoming fist, fist oncoming, punch|кулак
🤛|left-facing fist, fist left, left facing fist|кулак влево
🤜|right-facing fist, fist right, right facing fist|кулак вправо
👏|clapping hands, clap|аплодисменты
🙌|raising hands, raised hands|ура
👐|open hands|ладони в стороны
🤲|palms up together|ладони лодочкой
🤝|handshake|рукопожатие
🙏|folded hands, pray|сложенные руки
✍️|writing hand|пишущая рука
💅|nail polish, nail care|маникюр
🤳|selfie|селфи
💪|flexed biceps, muscle|бицепс
👀|eyes|глаза
🧠|brain|мозг
👂|ear|ухо
👃|nose|нос
👄|mouth, lips|рот
👶|baby|младенец
👧|girl|девочка
👦|boy|мальчик
👩|woman|женщина
👨|man|мужчина
👵|old woman, older woman|пожилая женщина
👴|old man, older man|пожилой мужчина
🙅|person gesturing no, no good|человек против
🙆|person gesturing ok, ok person|человек за
💁|person tipping hand, tipping hand person, information desk person|человек тянет руку
🙋|person raising hand, raising hand|человек с поднятой рукой
🙇|person bowing, bow|человек кланяется
🤦|person facepalming, facepalm|человек потерял дар речи
🤷|person shrugging, shrug|человек пожимает плечами
👮|police officer, cop|полицейский
👷|construction worker|строитель
🤴|prince|принц
👸|princess|принцесса
🎅|santa claus, santa|санта клаус
💃|woman dancing, dancer|танцующая женщина
🕺|man dancing|танцующий мужчина
🏃|person running, runner, running|человек бежит
🚶|person walking, walking|человек идет
👫|woman and man holding hands, couple|мужчина и женщина
👪|family|семья
❤️|red heart, heart|алое сердце
🧡|orange heart|оранжевое сердце
💛|yellow heart|желтое сердце
💚|green heart|зеленое сердце
💙|blue heart|синее сердце
💜|purple heart|фиолетовое сердце
🖤|black heart|черное сердце
🤍|white heart|белое сердце
🤎|brown heart|коричневое сердце
💔|broken heart|разбитое сердце
❣️|heart exclamation, heavy heart exclamation, heavy heart exclamation mark ornament|восклицательныи знак в виде сердца
💕|two hearts|два сердца
💞|revolving hearts|вращающиеся сердца
💓|beating heart, heartbeat|пульсирующее сердце
💗|growing heart, heartpulse|растущее сердце
💖|sparkling heart|сверкающее сердце
💘|heart with arrow, cupid|сердце пронзенное стрелой
💝|heart with ribbon, gift heart|сердце с лентой
💋|kiss mark, kiss|след от поцелуя
💯|hundred points, 100|сто баллов
💢|anger symbol, anger|значок «гнев»
💥|collision, boom|взрыв
💫|dizzy|кружащаяся звезда
💦|sweat droplets, sweat drops|капли пота
💨|dashing away, dash|исчезновение
💬|speech balloon|облачко с многоточием
💭|thought balloon|облачко с мыслями
💤|zzz|сон
🐶|dog face, dog|морда собаки
🐱|cat face, cat|морда кошки
🐭|mouse face, mouse|морда мыши
🐰|rabbit face, rabbit|морда кролика
🦊|fox, fox face|морда лисицы
🐻|bear|морда медведя
🐼|panda, panda face|морда панды
🐨|koala|морда коалы
🐯|tiger face, tiger|морда тигра
🦁|lion, lion face|морда льва
🐷|pig face, pig|морда свиньи
🐸|frog|голова лягушки
🐵|monkey face|морда обезьяны
🐔|chicken|курица
🐧|penguin|пингвин
🐦|bird|птица
🦄|unicorn, unicorn face|голова единорога
🐝|honeybee, bee|пчела
🦋|butterfly|бабочка
🐢|turtle|черепаха
🐟|fish|рыба
🐬|dolphin, flipper|дельфин
🐳|spouting whale, whale|кит с фонтанчиком
🌵|cactus|кактус
🎄|christmas tree|новогодняя елка
🌲|evergreen tree|елка
🌳|deciduous tree|дерево
🌴|palm tree|пальма
🌱|seedling|росток
🌿|herb|веточка
🍀|four leaf clover|четырехлистный клевер
🍁|maple leaf|кленовый лист
🌹|rose|роза
🌷|tulip|тюльпан
🌸|cherry blossom|цветок вишни
🌺|hibiscus|гибискус
🌻|sunflower|подсолнух
💐|bouquet|букет
🌞|sun with face|солнце с лицом
🌝|full moon face, full moon with face|полная луна с лицом
🌙|crescent moon|полумесяц
⭐|star|желтая звезда
🌟|glowing star, star2|сияющая звезда
✨|sparkles|блестки
⚡|high voltage, zap|высокое напряжение
🔥|fire|огонь
🌈|rainbow|радуга
☀️|sun, sunny|солнце
⛅|sun behind cloud, partly sunny|солнце за облаками
☁️|cloud|облако
🌧️|cloud with rain|дождь
⛄|snowman without snow, snowman|снеговик
❄️|snowflake|снежинка
☔|umbrella with rain drops, umbrella|зонт под дождем
🌊|water wave, ocean|волна
🍏|green apple|зеленое яблоко
🍎|red apple, apple|красное яблоко
🍊|tangerine, orange, mandarin|мандарин
🍋|lemon|лимон
🍌|banana|банан
🍉|watermelon|арбуз
🍇|grapes|виноград
🍓|strawberry|клубника
🍒|cherries|вишня
🍑|peach|персик
🍍|pineapple|ананас
🥑|avocado|авокадо
🍅|tomato|помидор
🥕|carrot|морковь
🌽|ear of corn, corn|кукурузный початок
🥔|potato|картофель
🍞|bread|хлеб
🧀|cheese wedge, cheese|сыр
🥚|egg, egg2|яйцо
🍳|cooking, egg, fried egg|яичница на сковороде
🥩|cut of meat|кусок мяса
🍗|poultry leg|куриная ножка
🍔|hamburger|гамбургер
🍟|french fries, fries|картофель фри
🍕|pizza|пицца
🌭|hot dog, hotdog|хот дог
🥪|sandwich|сэндвич
🌮|taco|тако
🍝|spaghetti|спагетти
🍜|steaming bowl, ramen|лапша
🍣|sushi|суши
🍚|cooked rice, rice|рис
🍦|soft ice cream, icecream|мороженое в стаканчике
🍩|doughnut|пончик
🍪|cookie|печенье
🎂|birthday cake, birthday|торт ко дню рождения
🍰|shortcake, cake|кусочек торта
🍫|chocolate bar|шоколад
🍬|candy|конфета
🍯|honey pot|мед
☕|hot beverage, coffee|горячий напиток
🍵|teacup without handle, tea|чашка без ручки
🥤|cup with straw|стакан с соломинкой
🍺|beer mug, beer|кружка пива
🍻|clinking beer mugs, beers|чокающиеся кружки
🥂|clinking glasses|чокающиеся бокалы
🍷|wine glass|бокал вина
🍾|bottle with popping cork, champagne|шампанское
🍴|fork and knife|вилка и нож
⚽|soccer ball, soccer|футбол
🏀|basketball|баскетбол
🎾|tennis|теннис
🏐|volleyball|волейбол
🏆|trophy|кубок
🥇|1st place medal|золотая медаль
🥈|2nd place medal|серебряная медаль
🥉|3rd place medal|бронзовая медаль
🎉|party popper, tada|хлопушка
🎊|confetti ball|конфетти
🎈|balloon|воздушный шарик
🎁|wrapped gift, gift|подарок
🎀|ribbon|бантик
🎯|bullseye, dart|мишень
🎮|video game|видеоигры
🎲|game die|игральная кость
🎨|artist palette, art|палитра с красками
🎵|musical note|нота
🎶|musical notes, notes|ноты
🎤|microphone|микрофон
🎸|guitar|гитара
🎬|clapper board, clapper|хлопушка нумератор
📷|camera|фотоаппарат
🎥|movie camera|кинокамера
🚗|automobile, car, red car|автомобиль
🚕|taxi|такси
🚌|bus|автобус
🚑|ambulance|машина скорой помощи
🚚|delivery truck, truck|грузовик
🚲|bicycle, bike|велосипед
🛵|motor scooter|скутер
✈️|airplane|самолет
🚀|rocket|ракета
🚢|ship|корабль
⛵|sailboat, boat|парусник
🚆|train, train2|поезд
🏠|house|дом
🏢|office building, office|офисное здание
🏥|hospital|больница
🏦|bank|банк
🏪|convenience store|круглосуточный магазин
🏫|school|школа
⛪|church|церковь
🏖️|beach with umbrella, beach umbrella|пляж
🗺️|world map|карта мира
📍|round pushpin|канцелярская кнопка с шариком
⌚|watch|наручные часы
📱|mobile phone, iphone|мобильный телефон
💻|laptop, computer|ноутбук
🖨️|printer|принтер
📞|telephone receiver|телефонная трубка
☎️|telephone, phone|телефон
🔋|battery|батарейка
💡|light bulb, bulb|лампочка
🔦|flashlight|фонарик
🔧|wrench|гаечный ключ
🔨|hammer|молоток
🔑|key|ключ
🔒|locked, lock|закрытый замок
🔓|unlocked, unlock|открытый замок
📦|package|посылка
📧|e-mail, email, e mail|электронная почта
✉️|envelope|конверт
📨|incoming envelope|входящее письмо
📩|envelope with arrow|исходящее письмо
📬|open mailbox with raised flag, mailbox with mail|открытый почтовый ящик с поднятым флажком
📝|memo, pencil|заметка
✏️|pencil, pencil2|карандаш
📄|page facing up|страница
📋|clipboard|планшет с зажимом
📁|file folder|папка
📅|calendar, date|календарь
📆|tear-off calendar, calendar, tear off calendar|отрывной календарь
📌|pushpin|канцелярская кнопка
📎|paperclip|скрепка
✂️|scissors|ножницы
🔍|magnifying glass tilted left, mag|лупа наклоненная влево
🔗|link|гиперссылка
💰|money bag, moneybag|мешок денег
💵|dollar banknote, dollar|банкнота доллара
💳|credit card|кредитная карта
🧾|receipt|чек
💊|pill|пилюля
🩺|stethoscope|стетоскоп
🩹|adhesive bandage|пластырь
🛒|shopping cart|тележка для покупок
🛍️|shopping bags, shopping|пакеты
👕|t-shirt, tshirt, shirt|футболка
👗|dress|платье
👠|high-heeled shoe, high heel, high heeled shoe|туфли на каблуке
👟|running shoe, athletic shoe|кроссовки
👜|handbag|сумка
👓|glasses, eyeglasses|очки
💍|ring|кольцо
💎|gem stone, gem|драгоценный камень
⏰|alarm clock|будильник
⏳|hourglass not done, hourglass flowing sand|время пошло
🔔|bell|колокольчик
🔕|bell with slash, no bell|перечеркнутый колокольчик
📢|loudspeaker|громкоговоритель
📣|megaphone, mega|мегафон
✅|check mark button, white check mark|белая галочка
☑️|check box with check, ballot box with check|галочка в квадрате
✔️|check mark, heavy check mark|галочка
❌|cross mark, x|крестик
❎|cross mark button, negative squared cross mark|кнопка «крестик»
➕|plus, heavy plus sign|знак сложения
➖|minus, heavy minus sign|знак вычитания
❓|red question mark, question|красный вопросительный знак
❗|red exclamation mark, heavy exclamation mark, exclamation|красный восклицательный знак
⚠️|warning|значок предупреждения
🚫|prohibited, no entry sign|запрещено
⛔|no entry|въезд запрещен
🔴|red circle|красный круг
🟢|green circle|зеленый круг
🟡|yellow circle|желтый круг
🔵|blue circle, large blue circle|голубой круг
⬆️|up arrow, arrow up|стрелка вверх
⬇️|down arrow, arrow down|стрелка вниз
➡️|right arrow, arrow right|стрелка вправо
⬅️|left arrow, arrow left|стрелка влево
🔄|counterclockwise arrows button, arrows counterclockwise|против часовой стрелки
🆗|ok button, ok|значок «ок»
🆕|new button, new|значок «новинка»
🆓|free button, free|значок «бесплатно»
🔝|top arrow, top|стрелка «верх»
♻️|recycling symbol, recycle|утилизация
💲|heavy dollar sign|жирный знак доллара
▶️|play button, arrow forward|воспроизведение
⏸️|pause button, double vertical bar|пауза
`;

/** @type {{sign: string, names: string[], words: string}[]} */
export const emojis = LINES.trim().split("\n").map((line) => {
    const [sign, english, russian] = line.split("|");
    return { sign, names: english.split(", ").map((name) => name.replaceAll(" ", "_")), words: `${english} ${russian}` };
});
