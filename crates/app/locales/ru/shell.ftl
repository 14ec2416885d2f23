### Слова значка в трее, уведомлений и команд оболочки. Ими же пользуется окно.

app-name = Кабинет

## Уведомления

button-join = Войти
button-snooze = Буду через { $minutes } мин
notice-in-room = Клиент в комнате
notice-in-room-named = { $name } — в комнате
notice-in-lobby = Клиент ждёт в зале ожидания
notice-in-lobby-named = { $name } — в зале ожидания
notice-on-page = Клиент ждёт на странице
notice-on-page-named = { $name } — ждёт на странице
notice-planned-for = Консультация в { $time }
notice-missed = Ждёт с { $time }; сообщение пришло с опозданием
notice-left = Клиент вышел в { $time }
notice-left-named = { $name } — выход в { $time }
notice-ends = До конца { $minutes } { $minutes ->
    [one] минута
    [few] минуты
   *[many] минут
}
notice-ends-at = Консультация до { $time }
notice-reminder = Консультация в { $time }
notice-reminder-named = { $name } в { $time }
notice-reminder-body = По плану { $minutes } { $minutes ->
    [one] минута
    [few] минуты
   *[many] минут
}
notice-room-gone = Комнаты на { $time } больше нет
notice-room-gone-body = У сервиса её больше нет. Создайте новую и отправьте клиенту её ссылку.
notice-discreet = Есть новости

## Значок в трее

tray-not-connected = Нет связи
tray-not-connected-since = Нет связи; последний раз была в { $time }
tray-client-there = Клиент ждёт, { $time }
tray-in-session = Идёт консультация
tray-next = Следующая в { $time }
tray-nothing = Сегодня больше ничего нет
menu-join = Войти: { $consultation }
menu-join-this = Войти
menu-admit = Впустить: { $consultation }
menu-admit-this = Впустить
menu-copy-link = Скопировать ссылку
menu-details = Подробнее
menu-new-room = Новая комната…
menu-quiet = Не беспокоить…
menu-quiet-until = Не беспокоить до { $time }
menu-quiet-for = { $minutes ->
    [30] 30 минут
    [60] 1 час
    [120] 2 часа
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[many] { $minutes } минут
}
menu-disturb-again = Снова беспокоить
menu-hide-names = Скрыть имена
menu-open = Открыть Кабинет
menu-connections = Подключения
menu-settings = Настройки
menu-quit = Закрыть Кабинет

## Команды

verb-not-running = Кабинет не запущен.
verb-no-answer = Кабинет не отвечает: { $reason }
verb-not-understood = Непонятно: { $word }
verb-missing = Не хватает: { $word }
verb-help =
    Кабинет — приёмная в системном трее.

    kabinet                     открыть окно
    kabinet --hidden            запустить в трее
    kabinet join [next]         открыть комнату ближайшей консультации
    kabinet copy [next]         скопировать её ссылку
    kabinet admit [next]        впустить клиента, который ждёт на своей странице
    kabinet late [next] [5]     сказать, что вы будете через столько минут
    kabinet send [next]         отправить ссылку клиенту по его каналу
    kabinet new --client ИМЯ    создать консультацию (--at 15:30, --date 2026-12-23, --minutes 50, --provider jitsi)
    kabinet new --title ТЕМА    создать трансляцию на эту тему
    kabinet list [--json]       показать, что запланировано
    kabinet hide-names on|off   не показывать имена клиентов
    kabinet doctor              проверить всё, от чего зависит Кабинет
    kabinet --version           назвать версию
verb-joined = Комната на { $time } открыта.
verb-copied = Ссылка на { $time } скопирована.
verb-admitted = Клиент на { $time } впущен.
verb-late = Клиенту на { $time } сказано: через { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}.
verb-sent-handed = Ссылка на { $time } отправляется.
verb-sent-opened = Ссылка на { $time } готова в другой программе: нажмите там «Отправить».
verb-sent-copied = Текст со ссылкой на { $time } скопирован.
verb-made = Консультация создана: { $day } в { $time }. Ссылка скопирована:
verb-made-watch = Ссылка для зрителей:
verb-names-hidden = Имена скрыты.
verb-names-shown = Имена видны.
verb-nothing = Начиная с сегодняшнего дня ничего не запланировано.
verb-cancelled = отменена
verb-hidden-client = (имя скрыто)
verb-hidden-link = (ссылка скрыта)
doctor-works = работает
doctor-broken = не работает
doctor-version = Версия
doctor-backend = Сервер событий
doctor-feed = События
doctor-keychain = Хранилище ключей
doctor-store = Данные на этом компьютере
doctor-milliseconds = { $time } мс
doctor-reports = Сообщения
doctor-reports-none = от видеосервера ещё ни одного не было
doctor-reports-last = последнее от { $source }, { $minutes ->
    [0] меньше минуты назад
    [one] { $minutes } минуту назад
    [few] { $minutes } минуты назад
   *[many] { $minutes } минут назад
}
doctor-reports-silent = { $source } молчит уже { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[many] { $minutes } минут
}
doctor-feed-live = приходят сразу
doctor-feed-polling = приходят по запросу: поток не держится
doctor-feed-connecting = соединяемся
doctor-feed-offline = нет связи
doctor-feed-refused = этому устройству отказано
doctor-all-well = Всё работает.

## Консультации, как их видят другие программы

consultation-name = Консультация

## В календаре

calendar-about = Онлайн-консультация. Вход: { $link }
calendar-hidden = (скрыто)
# Так chrono пишет день: 23.12.2026.
calendar-day-format = %d.%m.%Y
calendar-time = { $day }, { $from }–{ $until }
calendar-no-reminder = нет
calendar-reminder-before = { $minutes ->
    [one] за { $minutes } минуту
    [few] за { $minutes } минуты
   *[other] за { $minutes } минут
}

## История в виде файла

export-date = Дата
export-start = Начало
export-end = Конец
export-zone = Часовой пояс
export-client = Клиент
export-provider = Где
export-link = Ссылка
export-state = Состояние
export-together = Минут вместе
export-note = Заметка
export-kind = Вид
export-watch-link = Ссылка для зрителей
export-conference = встреча
export-broadcast = трансляция
export-planned = запланирована
export-running = идёт
export-finished = завершена
export-cancelled = отменена
export-no-show = не пришёл
export-summary = Консультация: { $client }

## Страница, на которую возвращает вход

sign-in-page-done = Готово
sign-in-page-close = Эту вкладку можно закрыть и вернуться в Кабинет.
sign-in-page-refused = Учётная запись не подключена
sign-in-page-nothing = На этой странице ничего нет

## Уведомления о сообщениях и ожидании

button-admit = Впустить
button-message = Написать
button-open = Открыть
notice-says-late = Предупредил об опоздании на { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}
notice-late = Клиент опоздает на { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}
notice-late-named = { $name }: опоздание на { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}
notice-cannot-wait = Клиент не может ждать
notice-cannot-wait-named = { $name } не может ждать
notice-wrote = Вам написал клиент
notice-wrote-named = Вам сообщение: { $name }
notice-wrote-at = Написано в { $time }
notice-link-not-sent = Ссылка на { $time } не отправлена
notice-reminder-not-sent = Напоминание о { $time } не отправлено
notice-message-not-sent = Ваше сообщение о { $time } не отправлено

## Ссылка для клиента нашими словами, когда практику спросить нельзя

invitation-subject = Онлайн-консультация { $day } в { $time }
invitation-text =
    Здравствуйте! Консультация онлайн — { $day } в { $time } ({ $zone }).
    Вход здесь: { $link }
