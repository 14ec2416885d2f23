# Слова окна. Дефис в ключе, множественное число — средствами Fluent. Имена вставляет само окно.

## Общее

back = Назад
cancel = Отмена
close = Закрыть
save = Сохранить
done = Готово
next = Дальше
skip = Пропустить
retry = Повторить
undo = Вернуть
show = Показать
hide = Свернуть
look = Посмотреть
change = Изменить
dismiss = Убрать сообщение
messages = Сообщения
details = Подробности
copied = Скопировано
copy-failed = Не удалось скопировать. Выделите текст и скопируйте его сами.
starting = Открываю…
start-failed = Кабинет не отвечает
error-ui_unreachable = Окно потеряло связь с Кабинетом. Если это повторится, закройте Кабинет совсем и запустите снова.
error-without-words = Что-то пошло не так (код: { $code }).

## Сегодня

today = Сегодня
history = История
history-and-search = История и поиск
settings = Настройки
new-consultation = Новая консультация
consultation = Консультация
hide-names = Скрывать имена
show-names = Показать имена
client-hidden = Клиент скрыт
client-unnamed = Без имени
empty-title = Консультаций пока нет
empty-text = Назначьте первую: ссылка для клиента будет готова сразу.
empty-action = Назначить консультацию
group-later-today = Дальше сегодня
group-past-today = Уже прошли
group-tomorrow = Завтра, { $date }
group-unanswered = Ждут вашего ответа, { $date }
minutes = { $minutes } мин
minutes-unit = мин
hours =
    { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
       *[many] { $hours } часов
    }
together = { $minutes } мин вместе
link = Ссылка
copy-link = Скопировать ссылку
link-copy = Ссылка: скопировать
link-copied = Ссылка скопирована
join = Войти
join-room = Войти в комнату
join-again = Открыть комнату
in-five-minutes = Буду через 5 мин
snoozed-until = Вы отложили вход до { $time }
at-the-door = Имя при входе:
unproven = Сервер не говорит, кто вошёл: это может быть и ваше второе устройство.
line-unstable = Связь у клиента неустойчива.
unsent = Ещё не отправлено на сервер: уйдёт, как только вернётся связь.
unsent-short = не отправлено
asks-outcome-short = пришёл?
status-finished = завершена
status-no-show = не пришёл
status-cancelled = отменена
status-running = идёт
status-past = прошла
announce-arrival = { $client }: клиент на месте
announce-arrival-hidden = Клиент на месте

moment-in =
    { $minutes ->
        [one] Через { $minutes } минуту
        [few] Через { $minutes } минуты
       *[many] Через { $minutes } минут
    }
moment-in-hours =
    { $minutes ->
        [0] Через { $hours } ч
       *[other] Через { $hours } ч { $minutes } мин
    }
moment-in-days =
    { $days ->
        [one] Через { $days } день
        [few] Через { $days } дня
       *[many] Через { $days } дней
    }
moment-started =
    { $minutes ->
        [0] Пора начинать
       *[other] Началась { $minutes } мин назад
    }
moment-past = Время вышло
moment-waits =
    { $minutes ->
        [0] Клиент на месте
       *[other] Клиент ждёт { $minutes } мин
    }
moment-waits-page =
    { $minutes ->
        [0] Клиент ждёт на странице
       *[other] Ждёт на странице { $minutes } мин
    }
moment-waits-cancelled = Клиент на месте, хотя встреча отменена
moment-alone = Вы в комнате, клиента пока нет
moment-together = Идёт, до конца { $minutes } мин
moment-overtime =
    { $minutes ->
        [0] Время вышло
       *[other] Идёт на { $minutes } мин дольше
    }
moment-line-lost =
    { $minutes ->
        [0] Связь с клиентом прервалась
       *[other] Нет связи с клиентом { $minutes } мин
    }
moment-left =
    { $minutes ->
        [0] Клиент вышел
       *[other] Клиент вышел { $minutes } мин назад
    }
moment-finished =
    { $minutes ->
        [0] Завершена
       *[other] Завершена, { $minutes } мин вместе
    }
moment-no-show = Клиент не пришёл
moment-cancelled = Отменена

place-opened-link = открыл ссылку
place-on-page = ждёт на странице
place-lobby = зал ожидания
place-room = в комнате
place-line-lost = связь прервалась
place-left = вышел

## Связь с сервером событий

feed-connecting = соединяюсь
feed-live = на связи
feed-offline = нет связи
feed-refused = нет доступа
feed-since = с { $time }
feed-last-contact = последняя связь в { $time }
feed-never = связи ещё не было
feed-offline-text = Нет связи с сервером событий с { $time }. Список показан на это время, о приходе клиента узнать нельзя.
feed-offline-text-never = Нет связи с сервером событий: о приходе клиента узнать нельзя.
feed-refused-text = Сервер событий больше не принимает это устройство. Подключите его заново.
feed-polling-text = События приходят запросами: постоянное соединение здесь не держится. На скорости это почти не сказывается.

## Не беспокоить

do-not-disturb = Не беспокоить
do-not-disturb-text = Какое-то время без напоминаний и новостей
quiet-until = Не беспокоить до { $time }
quiet-until-short = до { $time }
quiet-end = Снять

## Новая консультация

client = Клиент
client-placeholder = Имя, как вам удобно
where = Где
date = Дата
time = Время
length = Длительность
usual-lengths = Обычная длительность
today-word = сегодня
tomorrow-word = завтра
until-time = до { $time }
times-in-zone = Время указано по поясу { $zone }.
pick-a-day = Выбрать день
month-before = Предыдущий месяц
month-after = Следующий месяц
date-unreadable = Не получается прочитать дату. Например: 23.12
time-unreadable = Не получается прочитать время. Например: 15:30
client-link = Ссылка для клиента
link-of-room = Ссылка в комнату
link-of-room-hint = Клиент получит ссылку на свою страницу: она ведёт сюда.
link-coming = готовлю ссылку…
link-missing = Вставьте ссылку на комнату
no-camera = По адресам http:// браузеры не дают камеру и микрофон. Нужен адрес с https://.
another-code = Другая ссылка
paste-a-link = Вставить свою ссылку
make-a-link = Создать ссылку автоматически
note = Заметка
link-hidden = Пока имена скрыты, ссылка не показывается. Скопировать и открыть её можно и так.
note-hidden = Скрыта вместе с именами.
broadcast-hidden = Название и описание скрыты вместе с именами.
note-hint = видите только вы
no-rooms-yet = Комнаты ещё не подключены. Пока можно вставить готовую ссылку.
connect = Подключить
create-and-copy = Создать и скопировать ссылку
created = Консультация создана.
created-and-copied = Консультация создана, ссылка скопирована
change-consultation = Изменить консультацию
repeat = Повторить
repeat-needs-names = Имена сейчас скрыты. Чтобы повторить консультацию, их нужно показать.
change-room-needs-names = Имена сейчас скрыты, а с ними и тексты трансляции. Чтобы изменить комнату, нужно показать имена.
change-needs-names = Имена сейчас скрыты. Чтобы изменить консультацию, их нужно показать.
changed = Изменения сохранены

## Консультация

time-there = { $time } по поясу { $zone }
asks-outcome = Время вышло, а клиента в комнате не было видно. Он пришёл?
came = Пришёл
did-not-come = Не пришёл
login-text = Если комната попросит войти как ведущий:
copy-login = Логин
copy-password = Пароль
login-copied = Логин скопирован
password-copied = Пароль скопирован. Через 30 секунд он исчезнет из буфера.
way-of-client = Путь клиента
cancel-consultation = Отменить консультацию
cancelled = Консультация отменена
restore = Вернуть консультацию
restored = Консультация возвращена

step-opened-link = Ссылка открыта
step-on-page = Ждёт на странице
step-lobby = В зале ожидания
step-late = Опоздает на { $minutes } мин
step-joined = В комнате
step-joined-again = Снова в комнате
step-named = Имя стало известно
step-line-lost = Связь прервалась
step-line-back = Связь вернулась
step-line-unstable = Связь неустойчива
step-left = Выход из комнаты
step-left-page = Уход со страницы
step-session-started = Вы вошли
step-session-ended = Встреча закончилась
step-went-in = Клиент перешёл в комнату
step-admitted = Вы впустили
step-can-wait = Клиент подождёт
step-cannot-wait = Клиент не может ждать
step-coming = Вы: иду
step-specialist-late = Вы: через { $minutes } мин
step-cannot = Вы: не смогу
step-escalated = Сообщили вам иначе
step-message = Клиент написал
step-missed = стало известно позже
reason-hung-up = по своей воле
reason-lost = связь не вернулась
reason-kicked = удалён из комнаты
reason-ended = встречу завершили
reason-closed = страница закрыта
source-page = страница клиента
source-desktop = этот компьютер
source-backend = сервер событий

## История

search-what = Имя, дата, заметка или ссылка
found =
    { $count ->
        [0] Ничего не найдено
        [one] Найдена { $count } консультация
        [few] Найдены { $count } консультации
       *[many] Найдено { $count } консультаций
    }
found-nothing = Попробуйте часть имени, день или слово из заметки либо снимите фильтры.
history-empty = Здесь будет всё, что вы назначите.
filters = Фильтры
filters-off = Снять фильтры
state = Состояние
any-state = Любое состояние
state-planned = Запланированы
state-finished = Завершены
state-no-show = Не пришли
state-cancelled = Отменены
period = Период
period-all = Всё время
period-this-month = Этот месяц
period-last-month = Прошлый месяц
period-own = С … по …
from-day = С
to-day = По
export = Сохранить в файл
export-csv = Таблица (CSV)
export-calendar = Календарь (iCalendar)
export-nameless = Имена скрыты: в файле не будет ни имён, ни заметок.
exported =
    { $count ->
        [one] { $count } консультация сохранена в загрузках: { $file }
        [few] { $count } консультации сохранены в загрузках: { $file }
       *[many] { $count } консультаций сохранено в загрузках: { $file }
    }
exported-nameless =
    { $count ->
        [one] { $count } консультация сохранена в загрузках без имён и заметок: { $file }
        [few] { $count } консультации сохранены в загрузках без имён и заметок: { $file }
       *[many] { $count } консультаций сохранено в загрузках без имён и заметок: { $file }
    }
show-in-folder = Показать в папке

## Подключения

connections = Подключения
connections-text = Комнаты, сервер событий, ключи
rooms = Комнаты
connected = подключено
not-connected = не подключено
health-unknown = не проверено
health-works = работает
health-check = проверить
health-broken = не работает
check-now = Проверить
last-success = Последняя удачная проверка в { $time }.
save-and-check = Сохранить и проверить
secret-kept = сохранён в хранилище ключей
secret-forget = Забыть
remove-connection = Отключить
remove-connection-title = Отключить «{ $provider }»?
remove-connection-text = Настройки и ключи этого подключения будут удалены. Назначенные консультации и их ссылки останутся.
connection-removed = Подключение удалено
unknown-provider = Такого подключения нет.

events = События
server-embedded = Встроенный сервер событий
server-shared = Общий сервер событий
delay = { $ms } мс
webhook-text = Чтобы узнавать о приходе клиента, сервер видеосвязи должен сообщать о нём сюда.
copy-address = Скопировать адрес
copy-lines = Скопировать строки
config-lines = Строки для настройки сервера
lines-text = Эти строки — для Prosody, той части сервера видеосвязи, которая знает, кто в комнате: в раздел компонента комнат. Модуль для неё есть в составе Кабинета.
reports = Сообщения о приходе
reports-shared = Их принимает общий сервер событий: настраивает тот, кто его ведёт.
pair = Подключить
pair-text = У вашей практики есть общий сервер событий?
pairing-link-or-code = Ссылка или код подключения
pairing-hint = Их выдаёт тот, кто ведёт сервер.
pairing-unreachable = Сервер событий из этой ссылки или кода не отвечает. Проверьте адрес и сеть этого компьютера.
paired = Общий сервер подключён
unpair = Отключить
unpair-text = Консультации и события приходят с общего сервера.
unpair-title = Отключить общий сервер?
unpair-confirm = Этот компьютер вернётся к встроенному серверу. Чтобы подключиться снова, понадобится новый код.
unpaired = Общий сервер отключён
server-address = Адрес сервера

keys = Ключи
keychain = Системное хранилище ключей
keychain-text = Пароли и токены хранятся только там
keychain-open = открыто
this-computer = Этот компьютер

provider-link = Своя ссылка
field-jitsi-base_url = Адрес сервера
field-jitsi-app_id = Идентификатор приложения (JWT)
field-jitsi-app_id-hint = Если сервер пускает ведущего по токену.
field-jitsi-app_secret = Секрет приложения (JWT)
field-jitsi-audience = Аудитория токена (aud)
field-jitsi-audience-hint = Обычно менять не нужно.
field-jitsi-subject = Область токена (sub)
field-jitsi-subject-hint = Обычно менять не нужно.
field-jitsi-login = Логин ведущего
field-jitsi-login-hint = Если сервер просит войти по логину и паролю.
field-jitsi-password = Пароль ведущего
provider-telemost = Яндекс Телемост
field-telemost-client_id = Идентификатор приложения
field-telemost-client_id-hint = С oauth.yandex.ru: его получает приложение с правами на Телемост.
field-telemost-client_secret = Секрет приложения
field-telemost-access_token = Токен
field-telemost-access_token-hint = Если он уже есть: тогда входить не нужно.
provider-bitrix24 = Битрикс24
field-bitrix24-webhook_url = Адрес вебхука
field-bitrix24-webhook_url-hint = В Битрикс24: «Разработчикам», «Другое», «Входящий вебхук» с правами calendar и user. Этот адрес позволяет действовать от вашего имени, поэтому он хранится в хранилище ключей.
field-bitrix24-portal = Адрес вашего портала
field-bitrix24-portal-hint = Как в браузере, когда вы открываете Битрикс24.
field-bitrix24-client_id = Идентификатор приложения
field-bitrix24-client_id-hint = Локального приложения на вашем портале, с правами calendar и user.
field-bitrix24-client_secret = Ключ приложения

## Вход в службу

sign-in-title = Подключить учётную запись
sign-in-rooms-text = В браузере откроется страница. Войдите там и разрешите Кабинету создавать комнаты от вашего имени: пароля он не увидит.
sign-in-calendar-text = В браузере откроется страница. Войдите там и разрешите Кабинету пользоваться вашим календарём: пароля он не увидит.
sign-in-with-code = Подключить по коду
sign-in-application = Своё приложение
sign-in-application-text = Зарегистрируйте приложение в сервисе, укажите у него этот адрес возврата буква в букву и впишите сюда то, что получите.
sign-in-redirect = Адрес возврата
sign-in-instead = Без входа: { $what }
change-kept = Заменить: { $what }
sign-in-under-way = подключается…
sign-in-wait-title = Закончите в браузере
sign-in-wait-text = Страница открыта там. Когда вы разрешите доступ, Кабинет продолжит сам.
sign-in-open-again = Открыть ещё раз
sign-in-paste = Адрес или код из браузера
sign-in-paste-hint = Только если браузер показал код или страницу, которая не открывается: тогда скопируйте её адрес целиком.
sign-in-paste-missing = Вставьте сюда адрес или код.
sign-in-paste-address = Адрес из браузера
sign-in-paste-address-hint = Только если браузер показал страницу, которая не открывается: тогда скопируйте её адрес целиком.
sign-in-paste-address-missing = Вставьте сюда адрес.
sign-in-go-on = Продолжить
sign-in-code-title = Введите этот код
sign-in-code-text = Откройте страницу на любом устройстве, войдите и введите там код. Дальше Кабинет продолжит сам.
sign-in-code-page = Страница:
sign-in-code-left = Действует ещё { $left }
sign-in-code-until = Код действует до { $time }.
sign-in-code-over = Время этого кода вышло.
sign-in-new-code = Получить новый код
sign-in-open-page = Открыть страницу
sign-in-copy-code = Скопировать код
sign-in-finishing = Подключаю…
sign-in-finishing-text = Доступ дан. Осталось узнать, что можно этой учётной записи.
sign-in-failed = Учётная запись не подключена.
sign-in-again = Войти снова
sign-in-another = Войти под другой записью
sign-in-notice = { $provider } просит войти снова.
account-connected = Подключено: { $account }
account-may = Что может эта учётная запись
ability-rooms = Создавать комнаты
ability-broadcasts = Создавать трансляции
ability-calendar = Читать календарь и писать в него
ability-colleagues = Видеть коллег
allowed = да
not-allowed = нет
links-only = только ссылки
health-sign-in = войти снова
just-now = только что
checked = Проверено { $ago }.
worked = работало { $ago }
disconnect-account-text = Кабинет вернёт доступ и забудет ключи этой учётной записи. Назначенные консультации и их ссылки останутся; новых комнат здесь больше не создать.
disconnect-calendar-text = Кабинет забудет ключи этого календаря и перестанет с ним сверяться. Консультации останутся здесь, а записи о них — там.

## Комнаты, сделанные в службе

waiting-room = Зал ожидания
waiting-room-everyone = Ждут все
waiting-room-everyone-hint = Все ждут, пока вы их не впустите.
waiting-room-outsiders = Ждут посторонние
waiting-room-outsiders-hint = Ваша организация входит сразу, остальные ждут, пока их не впустят.
waiting-room-nobody = Никто не ждёт
waiting-room-nobody-hint = Все, у кого есть ссылка, входят сразу, даже раньше вас.
waiting-room-unknown = Неизвестно
cohosts = Соорганизаторы
cohosts-hint = Впускают и ведут наравне с вами. Нужны адреса почты от учётных записей в службе.
cohosts-placeholder = Имя или почта
cohosts-not-addresses =
    { $count ->
        [one] Это не адрес почты. Исправьте или уберите его.
        [few] Здесь { $count } записи — не адреса почты. Исправьте или уберите их.
       *[many] Здесь { $count } записей — не адреса почты. Исправьте или уберите их.
    }
cohosts-none = нет
person-remove = Убрать: { $person }
person-wrong = не подходит:
people-suggested = Подсказки
people-none-found = Никого с таким именем.
people-unreachable = Сейчас не удаётся найти коллег.
summary = Конспект
summary-hint = Служба слушает разговор и записывает его суть. Сначала спросите клиента: сказанное перестаёт быть только между вами.
summary-on = пишет служба
summary-off = не ведётся
broadcast = Трансляция
broadcast-hint = По отдельной ссылке смогут смотреть другие. Их не видно и не слышно.
broadcast-not-allowed = Тариф вашей организации не включает трансляции.
broadcast-title = Название для зрителей
broadcast-description = Описание
viewers = Кто может смотреть
viewers-everyone = Все, у кого есть ссылка
viewers-organisation = Только организация
characters = { $count } из { $of }
text-too-long = Длиннее на { $over }. Сократите.
room-more = Ещё
room-more-cohosts =
    { $count ->
        [one] { $count } соорганизатор
        [few] { $count } соорганизатора
       *[many] { $count } соорганизаторов
    }
without-broadcast = без трансляции
without-cohosts = без соорганизаторов
without-summary = без конспекта
link-when-made = Появится вместе с комнатой, когда консультация будет создана.
link-stays-when-saved = Комната появится, когда вы сохраните. Ссылка клиента останется прежней.
link-when-saved = Появится вместе с новой комнатой, когда вы сохраните. Прежняя ссылка к вам больше не приведёт.
keep-the-link = Оставить прежнюю ссылку
making-room = Создаю комнату…
make-new-room = Создать новую комнату
paste-link-instead = Вставить ссылку
room-not-made = Комната не создана. { $why }
back-to-form = К форме
account-may-not = Эта учётная запись не может создавать комнаты: { $provider }. Можно вставить готовую ссылку оттуда.
account-missing = Учётная запись ещё не подключена: { $provider }. Пока можно вставить готовую ссылку оттуда.
open-connection = К подключению
made-room = Комната
speakers-link = Ссылка для выступающих
viewers-link = Ссылка для зрителей
viewers-link-copy = Скопировать ссылку для зрителей
viewers-link-copied = Ссылка для зрителей скопирована
viewers-link-none = Служба её ещё не выдала. Сравните чуть позже.
viewers-link-text = Для тех, кто только смотрит. Выступающим нужна другая ссылка.
change-room = Изменить…
change-room-title = Изменить комнату
room-changed = Комната изменена
compare-with = Сравнить: { $provider }
comparing = Сравниваю…
room-same = Кабинет и { $provider } показывают одно и то же.
room-differs = { $provider } показывает не то, что Кабинет. Что верно?
side-here = В Кабинете
side-there = { $provider }
side-differs = Что расходится
keep-mine = Оставить моё
keep-mine-room = { $provider } станет как в Кабинете.
take-theirs = Взять оттуда
take-theirs-room = В Кабинете станет как там: { $provider }.
room-link = Ссылка
room-link-other = другая ссылка
empty-side = ничего
type = Вид
any-type = Любой вид
type-conference = Встречи
type-broadcast = Трансляции

## Календарь

entry-of-calendar = Календарь
in-the-calendar = В календаре
in-the-calendar-hint = «{ $calendar }»
calendar-invited = Приглашённые коллеги
calendar-invited-placeholder = Имя коллеги
invited-unfinished = Выберите человека из списка или очистите поле.
calendar-written = В календаре
calendar-waiting = Ждёт записи в календарь.
calendar-off = Не в календаре
calendar-failed = Не удалось записать в календарь.
calendar-conflict = В календаре иначе.
calendar-conflict-short = в календаре иначе
invited = Приглашены: { $people }
conflict-both = Изменено и здесь, и в календаре. Ничего не затёрто: скажите, что верно.
conflict-deleted-there = В календаре это удалено или отклонено. Встреча состоится?
conflict-cancelled-here = Здесь отменено, а в календаре тем временем изменено. Встреча состоится?
conflict-keep = Оставить моё
conflict-keep-hint = В календаре станет как в Кабинете.
conflict-take = Взять из календаря
conflict-take-hint = В Кабинете станет как в календаре.
conflict-write-again = Состоится
conflict-write-again-hint = Запись снова появится в календаре.
conflict-cancel-too = Не состоится
conflict-cancel-too-hint = Отменится и здесь.
conflict-delete-there = Не состоится
conflict-delete-there-hint = Запись в календаре будет удалена.
conflict-restore = Состоится
conflict-restore-hint = Вернётся и здесь, как в календаре.
conflict-decided = Решено: с обеих сторон будет одно и то же.
side-calendar = В календаре
entry-title = Название
entry-time = Время
entry-location = Место
entry-description = Описание
entry-reminder = Напоминание
calendar = Календарь
calendar-which = Куда записывать консультации
calendar-choose = Выберите календарь: до тех пор ничего не записывается.
calendar-read-only = только для чтения
calendar-none = У этой учётной записи нет календарей.
calendar-asking = Спрашиваю, какие есть календари…
calendar-default = Записывать новые консультации
calendar-default-text = Для каждой можно решить иначе
calendar-names = Имя клиента в записях
calendar-names-text = Его прочтёт каждый, кому виден ваш календарь: коллеги, администраторы. Если выключено, в записи стоит «Консультация».
calendar-reminder = Напоминать из календаря
calendar-reminder-text = Вдобавок к напоминаниям Кабинета
calendar-no-reminder = Не напоминать
calendar-compared = Сверено { $ago }.
calendar-not-compared = Ещё не сверялось.
calendar-compare = Сверить
calendar-conflicts = Нужно ваше решение
calendar-notice =
    { $count ->
        [one] Календарь расходится с { $count } консультацией.
        [few] Календарь расходится с { $count } консультациями.
       *[many] Календарь расходится с { $count } консультациями.
    }

## Клиент: связь, ссылка, страница, сообщения

admit = Впустить
admitted = Клиент впущен
write = Написать
answer-otherwise = Другие ответы
answer-change = Ответить иначе
say-coming = Иду
say-late = Буду через { $minutes } минут
say-cannot = Не смогу
say-cannot-hint = Клиент прочтёт это на странице
client-late = Клиент: опоздает на { $minutes } мин, будет к { $time }
client-late-short = опоздает на { $minutes } мин
answer-late = Вы ответили: буду в { $time }.
answer-coming = Вы ответили: иду.
answer-cannot = Вы ответили: не смогу.
answer-can-wait = Клиент подождёт.
answer-cannot-wait = Клиент не может ждать.
unread =
    { $count ->
        [one] { $count } непрочитанное сообщение
        [few] { $count } непрочитанных сообщения
       *[many] { $count } непрочитанных сообщений
    }
channel = Как связаться
channel-whatsapp = WhatsApp
channel-max = MAX
channel-telegram = Telegram
channel-email = Почта
channel-clipboard = Вручную
send-whatsapp = Отправить в WhatsApp
send-max = Отправить в MAX
send-telegram = Отправить в Telegram
send-email = Отправить почтой
send-clipboard = Скопировать с текстом
sends-by-itself = Уйдёт само.
opens-whatsapp = Откроется WhatsApp с готовым сообщением, отправите вы сами.
opens-max = Сообщение скопируется, в MAX отправите вы сами.
opens-telegram = Откроется Telegram с готовым сообщением, отправите вы сами.
opens-email = Откроется почтовая программа с готовым письмом, отправите вы сами.
opens-clipboard = Скопируется текст с временем и ссылкой: вставьте его куда нужно.
link-handed = Ссылка отправляется: { $channel }
invitation-copied = Скопировано: вставьте в чат с клиентом
mail-opened = Письмо готово: нажмите «Отправить» там
chat-opened = Сообщение готово: нажмите «Отправить» там
another-way = Другим способом
send-again = Отправить ещё раз
sending-again = Отправляю ещё раз
by-hand = Ссылку этому клиенту передаёте вы сами.
by-hand-otherwise = Выбрать другой способ
link-more = Ещё о ссылке
renew-link = Сменить ссылку
renew-link-hint = Прежняя перестанет работать
renew-link-title = Сменить ссылку?
renew-link-text = Прежняя ссылка сразу перестанет работать. Новую нужно будет отправить клиенту.
link-renewed = Ссылка сменилась: отправьте её клиенту
copy-room-link = Ссылка прямо в комнату
copy-room-link-hint = Ведёт мимо страницы: о приходе по ней Кабинет может не узнать
room-link-copied = Ссылка в комнату скопирована
page-coming = Пока это ссылка прямо в комнату. Ссылка на страницу клиента появится, когда сервер узнает о консультации.
not-delivered = Клиенту не всё дошло: посмотрите подробности.
not-delivered-short = не доставлено
delivery-link = Ссылка
delivery-reminder = Напоминание
delivery-planned = уйдёт { $time }
delivery-waiting = ещё не отправлено
delivery-sending = отправляется
delivery-sent = отправлено
delivery-delivered = доставлено
delivery-read = прочитано
delivery-unsure = отправлено без подтверждения
delivery-failed = не отправлено
delivery-dropped = больше не нужно
door = Когда страница пускает в комнату
door-at-time = В назначенное время
door-at-time-hint = Или раньше, если впустите вы.
door-at-time-short = вход по времени
door-when-admitted = Когда впущу я
door-when-admitted-hint = До тех пор клиент ждёт на странице, и вы это видите.
door-when-admitted-short = впускаете вы
door-at-once = Сразу
door-at-once-hint = По ссылке можно войти в комнату в любой момент.
door-at-once-short = вход сразу
door-is-open = Клиент может войти в комнату.
door-opens-at = Страница пустит клиента в { $time }.
door-opens-by-you = Клиент ждёт на странице, пока вы не впустите.
door-opens-at-once = Страница пускает клиента сразу.
open-the-door = Открыть сейчас
door-opened = Теперь клиент может войти в комнату
swap-room-text = Комната не работает? Возьмите другую: ссылка клиента останется прежней.
swap-room = Другая комната
client-side = Связь с клиентом
phone = Телефон
phone-placeholder = +7 900 123-45-67
phone-missing = Чтобы написать клиенту, нужен телефон.
phone-unreadable = Не получается прочитать телефон. Например: +7 900 123-45-67
email-missing = Чтобы написать клиенту, нужен адрес.
email-unreadable = Не получается прочитать адрес. Например: name@example.org
client-language = Язык клиента
client-language-ru = Русский
client-language-en = English
client-reminders = Напомнить клиенту
client-reminders-hint = Перед началом, со ссылкой
reminder-hours = { $hours } ч
reminder-before = За { $time }
reminders-one = напоминание за { $one }
reminders-two = напоминания за { $one } и { $other }
as-last-time = Как в прошлый раз с этим клиентом.
another-client = Это другой человек
as-another-client = Новый клиент: от тёзки ничего не взято.
messages-with-client = Переписка
messages-hidden = Скрыты вместе с именами.
messages-none = Сообщений пока нет.
messages-new = Новые
from-client = Клиент:
from-you = Вы:
message = Сообщение клиенту
message-placeholder = Напишите клиенту
message-send = Отправить
message-keys = Enter отправляет, Shift+Enter начинает новую строку.
message-image = Картинка
message-audio = Голосовое или звук
message-video = Видео
message-document = Файл
message-location = Место на карте
message-contact = Контакт
message-sticker = Стикер
message-deleted = Сообщение удалено
message-unreadable = Это сообщение не удалось прочитать. Откройте его на телефоне.
message-other = Такое можно увидеть только на телефоне

## Связь со специалистом, тихие часы, ключ имён

settings-reach = Когда вас нет на месте
settings-reach-text = Если клиент ждёт, а на компьютере никто не отвечает или он спит, вам напишут в Telegram, с кнопками для ответа.
telegram-unavailable = У практики нет бота в Telegram, и вдали от компьютера вам никто не сообщит. Подключить его может тот, кто ведёт сервер.
telegram-unbound = Вдали от компьютера вам пока никто не сообщит. Одно нажатие откроет чат.
telegram-waits = Нажмите «Старт» в открывшемся чате. Ожидание до { $time }.
telegram-unconfirmed = Ответил чат «{ $name }». Это вы? До подтверждения туда ничего не уйдёт.
telegram-unconfirmed-nameless = Чат ответил, имя скрыто. Это вы? До подтверждения туда ничего не уйдёт.
telegram-another = Другой чат
telegram-next = Ответил другой чат, «{ $name }». Это вы? До подтверждения сообщения приходят туда же, куда и раньше.
telegram-next-nameless = Ответил другой чат, его имя скрыто. Это вы? До подтверждения сообщения приходят туда же, куда и раньше.
telegram-me = Это я
telegram-not-me = Не я
telegram-confirmed = Telegram подключён
telegram-refused = Чат забыт
telegram-bound = Сообщения придут в чат «{ $name }».
telegram-bound-nameless = Сообщения придут в ваш чат.
telegram-blocked = Бот у вас заблокирован и не может вам написать. Откройте чат и нажмите «Перезапустить».
telegram-blocked-short = заблокирован
telegram-open = Открыть чат
telegram-leave-title = Отключить Telegram?
telegram-leave-text = Вдали от компьютера никто не сообщит вам, что клиент ждёт.
telegram-left = Telegram отключён
reach-after = Написать туда, если я не отвечаю
seconds = { $seconds } с
quiet-hours = Тихие часы
quiet-hours-text = Без напоминаний и новостей о сообщениях. О клиенте, который ждёт, вы узнаете.
quiet-hours-text-everything = Без напоминаний и новостей, даже о клиенте, который ждёт.
quiet-from = С
quiet-to = До
quiet-hours-everything = В тихие часы молчать и о клиенте, который ждёт
quiet-hours-everything-off = Выключено: о клиенте, который ждёт, вы узнаете в любой час.
quiet-hours-everything-on = Включено: пока идут тихие часы или «Не беспокоить», о нём не сообщат ни здесь, ни в Telegram, он виден только в списке.
quiet-hours-over-midnight = следующего дня
quiet-hours-same = Это одно и то же время.
quiet-everything = Молчать и о тех, кто ждёт
quiet-everything-off = Выключено: о клиенте, который ждёт, вы узнаете.
quiet-everything-on = Включено: даже клиент, который ждёт, виден только в списке.
quiet-everything-always = Так выбрано для тихих часов: даже клиент, который ждёт, виден только в списке.
quiet-until-everything = Не беспокоить до { $time }, даже если ждёт клиент
names-key = Ключ имён
names-key-text = В вашей практике имена клиентов на сервер не попадают. Ваши компьютеры читают их этим ключом.
names-key-kept = Ключ есть на этом компьютере.
names-key-none = На этом компьютере ключа нет: имена из консультаций, созданных на другом, здесь не прочитать.
names-key-show = Показать ключ
names-key-hide = Скрыть ключ
names-key-label = Ваш ключ
names-key-copy = Скопировать ключ
names-key-careful = Перенесите его на другой свой компьютер сами и никому не давайте: с ним читаются имена.
names-key-enter = Ввести ключ
names-key-other = Ключ с другого вашего компьютера
names-key-take = Взять этот ключ
names-key-missing = Вставьте сюда ключ.
names-key-entered = Теперь ключ есть на этом компьютере

## Настройки

settings-you = О вас
settings-look = Вид
settings-notifications = Уведомления
settings-privacy = Имена на экране
settings-consultations = Консультации
settings-computer = Компьютер
your-name = Ваше имя
your-name-hint = Так вас увидит клиент в комнате.
your-name-placeholder = Елена Соколова
language = Язык
language-system = Системный
theme = Тема
theme-system = Системная
theme-light = Светлая
theme-dark = Тёмная
notifications = Уведомления
notifications-text = О приходе клиента и начале консультации
sound = Звук
reminders = Напомнить о начале
reminders-text = за сколько минут
minutes-before =
    { $minutes ->
        [one] За { $minutes } минуту
        [few] За { $minutes } минуты
       *[many] За { $minutes } минут
    }
warn-before-end = Предупреждать за 5 минут до конца
hide-names-text = В окне и уведомлениях, например на время показа экрана
privacy-in-notifications = Что видно в уведомлении
privacy-example-name = Мария К.
privacy-example = «{ $title }» · «{ $text }»
privacy-full = Имя клиента
privacy-no-name = Без имени
privacy-discreet = Ничего лишнего
default-length = Обычная длительность
room-template = Имя комнаты
room-template-hint = { "{" }date{ "}" } — дата, { "{" }code{ "}" } — случайный код.
code-length = Длина кода
code-length-short = Короткий код можно подобрать, а с ним войти в комнату. Надёжно от 12 знаков.
autostart = Запускать при входе в систему
autostart-text = Откроется в трее, без окна

## Первый запуск

first-step = Шаг { $step } из { $of }
first-language = На каком языке говорить?
first-language-text = Язык можно сменить в любой момент в настройках.
first-name = Как вас зовут?
first-name-text = Это имя клиент увидит в комнате.
first-address = Где вы проводите встречи?
first-address-text = Если у вас или вашей практики есть сервер Jitsi, укажите его адрес: ссылки будут создаваться сами. Можно сделать это позже.
