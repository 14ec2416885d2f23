### Что сервер пишет людям в мессенджерах.

## Клиенту: ссылка и напоминания

# 1 — понедельник и январь; день консультации в её часовом поясе.
message-date =
    { $weekday ->
        [1] понедельник
        [2] вторник
        [3] среда
        [4] четверг
        [5] пятница
        [6] суббота
       *[7] воскресенье
    }, { $day } { $month ->
        [1] января
        [2] февраля
        [3] марта
        [4] апреля
        [5] мая
        [6] июня
        [7] июля
        [8] августа
        [9] сентября
        [10] октября
        [11] ноября
       *[12] декабря
    }
message-time = { $time } ({ $offset }, { $zone })
message-time-utc = { $time } (UTC)
message-when = { $date }, { $time }
# После слова «консультация»: чья она, практики или специалиста.
message-with = { " " }({ $who })
invitation-subject = Ваша консультация: { $when }
invitation-text-page =
    Здравствуйте! Ваша консультация{ $with }: { $when }.
    Ваша ссылка: { $link }
    Откройте её за несколько минут до начала. Страница покажет, сколько осталось, поможет проверить камеру и микрофон и сообщит нам, что вы на месте.
invitation-text-room =
    Здравствуйте! Ваша консультация{ $with }: { $when }.
    Ваша ссылка: { $link }
reminder-soon = { $minutes ->
        [0] Ваша консультация{ $with } начинается сейчас, в { $time }.
        [60] Ваша консультация{ $with } начнётся через час, в { $time }.
        [one] Ваша консультация{ $with } начнётся через { $minutes } минуту, в { $time }.
        [few] Ваша консультация{ $with } начнётся через { $minutes } минуты, в { $time }.
       *[other] Ваша консультация{ $with } начнётся через { $minutes } минут, в { $time }.
    }
reminder-today = Напоминаем: ваша консультация{ $with } сегодня в { $time }.
reminder-tomorrow = Напоминаем: ваша консультация{ $with } завтра в { $time }.
reminder-later = Напоминаем: ваша консультация{ $with } — { $when }.
reminder-link = Ваша ссылка: { $link }

## Клиенту: ответы бота

client-bot-bound = Здесь будут напоминания о консультации { $date } в { $time }. Чтобы не получать их, отправьте /stop.
client-bot-over = Эта ссылка больше не действует. Попросите у специалиста новую.

## Специалисту: уведомления, кнопки, ответы бота

alert-waits = Клиент ждёт вас.
alert-inside = Клиент уже в комнате и ждёт вас.
alert-still-waits = Клиент всё ещё ждёт вас.
alert-time = Консультация в { $time }.
alert-date = Консультация { $date } в { $time }.
alert-button-coming = Иду
alert-button-late = Через { $minutes } минут
alert-button-cannot = Не могу
alert-answered-coming = Вы ответили: «Иду».
alert-answered-late = Вы ответили: «Буду через { $minutes } мин».
alert-answered-cannot = Вы ответили: «Не могу».
alert-met = Вы уже с клиентом.
alert-left = Клиент ушёл.
alert-withdrawn = Уведомление было ошибочным: никто не приходил.
bot-explain = Это бот Kabinet. Чтобы получать здесь уведомления, нажмите «Подключить» в настройках приложения, в разделе «Когда вас нет на месте».
bot-confirm = Почти готово: подтвердите этот чат в приложении Kabinet.
bot-confirmed = Готово. Если клиент ждёт, а вы не ответили на компьютере, сообщение придёт сюда. Отключить: /stop.
bot-code-old = Эта ссылка уже использована или устарела. Нажмите «Подключить» в настройках приложения ещё раз.
bot-stopped = Больше сюда ничего не придёт.
bot-over = Эта консультация уже завершена.
bot-moved = У этой консультации теперь другое время. Кнопка была о прежнем, поэтому ничего не изменилось.
bot-running = Вы уже на консультации.
bot-not-yours = Эта кнопка не для этого чата.

## В канал практики

report-started = { $time } · Специалист вошёл в комнату.
report-joined = { $time } · Клиент подключился.
report-ended = { $time } · Консультация закончилась. Вместе: { $minutes } { $minutes ->
        [one] минута
        [few] минуты
       *[other] минут
    }.
report-ended-alone = { $time } · Консультация закончилась. Клиента не было.
report-of = { $report } — { $who }

## Страница состояния для оператора

status-title = Состояние Kabinet
status-good = Всё работает
status-degraded = Кое-что требует внимания
status-not-writable = Сейчас ничего нельзя сохранить: проверьте диск
status-running = Работает { $age }, версия { $version }
status-followers = { $count ->
        [one] Подключён { $count } компьютер
        [few] Подключено { $count } компьютера
       *[other] Подключено { $count } компьютеров
    }
status-queue = Отчётов о комнатах ждёт записи: { $count }
status-unplanned = Занятых комнат, которых никто не планировал: { $count }
status-connections = Подключения
status-no-connections = Ничего не подключено.
status-connection-state = { $state ->
        [ok] работает
        [failing] не работает
        [applying] применяет новые настройки, это до пяти минут
       *[unknown] ещё не проверялось
    }
status-checked = проверено { $age } назад
status-last-worked = в последний раз отвечало { $age } назад
status-sources = Серверы, которые сообщают о комнатах
status-no-sources = Пока ни один сервер ничего не сообщил.
status-source-silent = молчит { $age }
status-source-heard = последнее сообщение { $age } назад
status-deliveries = Сообщения
status-no-deliveries = Пока ничего не отправлялось.
status-oldest = Самое давнее из неотправленных ждёт { $age }.
status-none-due = Просроченных нет.
status-channel = Канал
status-purpose = Что
status-failures = Что не дошло
status-no-failures = Насколько известно, дошло всё.
status-when = Когда
status-attempts = Попыток
status-why = Почему
status-resend = Отправить ещё раз
status-ago = { $age } назад
status-resent = Отправляем ещё раз.
status-not-resent = Отправить ещё раз нельзя: время прошло, сообщение всё же дошло или того, о чём оно, больше нет.
status-refused = Форма отправлена не с этой страницы, поэтому ничего не сделано. Вернитесь и нажмите кнопку там.
status-sign-in = Войдите: пароль — токен администратора, имя любое.
status-back = Назад
status-channel-name = { $channel ->
        [whatsapp] WhatsApp
        [max] MAX
       *[telegram] Telegram
    }
status-purpose-name = { $purpose ->
        [link] ссылки
        [reminder] напоминания
        [message] сообщения
        [alert] вызовы специалистам
        [report] канал практики
       *[reply] ответы бота
    }
status-state-name = { $state ->
        [waiting] ждёт
        [sending] отправляется
        [sent] отправлено
        [delivered] доставлено
        [read] прочитано
        [unsure] неизвестно
        [failed] не отправлено
       *[dropped] отменено
    }
status-seconds = { $count } с
status-minutes = { $count } мин
status-hours = { $count } ч
status-days = { $count ->
        [one] { $count } день
        [few] { $count } дня
       *[other] { $count } дней
    }

status-reason = { $code ->
        [not_registered] по этому номеру или чату никого нет
        [blocked] человек заблокировал бота
        [rejected] мессенджер отказался принять сообщение
        [quota] оплаченное в мессенджере израсходовано
        [not_authorised] мессенджер не принимает наш токен
        [not_signed_in] аккаунту нужно войти заново, по QR-коду
        [restricted] мессенджер ограничил аккаунт
        [moved] у чата теперь другой номер
        [later] мессенджер просит подождать
        [unreachable] мессенджер не отвечает
        [unsure] возможно, отправлено: ответ потерялся
        [expired] уже поздно отправлять
        [no_phone] нет номера телефона
        [not_bound] чат не привязан
        [no_link] ссылки ещё нет
        [channel_not_connected] этот канал не подключён
        [applying_settings] новые настройки ещё применяются, это до пяти минут
        [webhook_set] его сообщения уходят на другой адрес
        [second_listener] его сообщения забирает другая программа
        [sign_in_again] аккаунту нужно войти заново
        [account_restricted] аккаунт ограничен
        [plan_too_small] тариф этого не включает
        [provider_forbids] аккаунту это не разрешено
        [provider_busy] сервис просит подождать
        [provider_rejects] сервис отказался это сделать
        [provider_unavailable] сервис не отвечает
        [provider_unexpected] сервис ответил непонятно
        [room_may_have_been_made] возможно, комната создана: ответ потерялся
        [none] причина неизвестна
       *[other] { $code }
    }

