### Что говорит страница клиента.

## Без скриптов

plain-enter = Войти
plain-open = Можно входить.
plain-waiting = Когда можно будет войти, здесь появится ссылка.
plain-over = Консультация закончилась. Эту страницу можно закрыть.
plain-cancelled = Консультация отменена. Если вы этого не ждали, спросите своего специалиста.
plain-specialist-coming = Специалист уже идёт.
plain-specialist-late = Специалист задерживается и будет в { $time }.
plain-specialist-by-then = Специалист подойдёт в { $time }.
plain-specialist-cannot = Сейчас встретиться не получится. Специалист свяжется с вами.
# Показано только тогда, когда скрипты в браузере выключены.
plain-nobody-told = В вашем браузере выключены скрипты. Страница работает и так, но не сообщает специалисту, что вы здесь, и показывает время практики, а не ваше.
plain-reload = Страница обновляется сама каждые полминуты.
plain-reload-hint = Если время изменится, это будет видно после обновления.
plain-reload-now = Обновить сейчас
plain-reload-stop = Не обновлять саму
plain-still = Страница сама не обновляется.
plain-reload-start = Обновлять каждые полминуты
plain-when = { $weekday }, { $day } { $month }, { $time }
plain-zone = по времени практики ({ $zone })
plain-nowhere = Эта ссылка никуда не ведёт
plain-nowhere-why = Возможно, она устарела или скопировалась не целиком.
plain-nowhere-do = Откройте её ещё раз из сообщения, а если не поможет, попросите специалиста прислать новую.
plain-weekday-1 = понедельник
plain-weekday-2 = вторник
plain-weekday-3 = среда
plain-weekday-4 = четверг
plain-weekday-5 = пятница
plain-weekday-6 = суббота
plain-weekday-7 = воскресенье
plain-month-1 = января
plain-month-2 = февраля
plain-month-3 = марта
plain-month-4 = апреля
plain-month-5 = мая
plain-month-6 = июня
plain-month-7 = июля
plain-month-8 = августа
plain-month-9 = сентября
plain-month-10 = октября
plain-month-11 = ноября
plain-month-12 = декабря

## Со скриптами

with-title-open = Можно входить
with-lead-in = Ваша консультация начнётся через
with-lead-due = Консультация скоро начнётся
with-lead-late = Специалист задержится
with-lead-by-then = Специалист скоро подойдёт
with-lead-cannot = Специалист не сможет прийти
with-lead-open = Можно входить
with-lead-again = Можно войти снова
with-lead-over = Консультация закончилась
with-lead-cancelled = Консультация отменена
with-lead-gone = Эта ссылка больше не работает

with-days = { $days ->
    [one] { $days } день
    [few] { $days } дня
   *[other] { $days } дней
}
with-hours = { $hours ->
    [one] { $hours } час
    [few] { $hours } часа
   *[other] { $hours } часов
}
with-minutes = { $minutes ->
    [one] { $minutes } минуту
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}
with-today = сегодня
with-tomorrow = завтра
with-when = { $day }, { $time }
with-lasts = { $minutes ->
    [one] { $minutes } минута
    [few] { $minutes } минуты
   *[other] { $minutes } минут
}
with-when-yours = Это ваше время ({ $zone }).
with-when-theirs = По времени практики: { $when } ({ $zone }).

with-early-note = Эту страницу можно закрыть и вернуться по той же ссылке ближе к началу.
with-due-note = Оставайтесь на этой странице: как только можно будет войти, здесь появится кнопка.
with-open-note = Специалист ждёт вас в комнате или придёт туда. Комната откроется в этом же окне.
with-again-note = Если связь прервалась или вы вышли случайно, просто войдите ещё раз.
with-over-note = Спасибо, что были с нами. Эту страницу можно закрыть.
with-cancelled-note = Ничего делать не нужно. Чтобы выбрать другое время, напишите туда, откуда пришла эта ссылка.
with-cannot-note = Чтобы выбрать другое время, напишите туда, откуда пришла эта ссылка.
with-gone-note = Возможно, её заменили новой. Откройте самое свежее сообщение со ссылкой или напишите туда, откуда она пришла.

with-enter = Войти в комнату
with-enter-again = Войти снова
with-entering = Открываем комнату…

with-specialist = Специалист
with-told-yes = Знает, что вы здесь
with-told-coming = Уже идёт к вам
with-told-later = Узнает, когда вы будете ждать на этой странице
with-told-kept = Пока не на связи. Мы отметили, что вы здесь: это будет видно сразу, как связь появится
with-told-no = Пока не на связи
with-told-offline = Скажем, как только страница снова будет на связи
with-chip-told = оповещён
with-chip-coming = идёт

with-late-until = Будет в { $time }, через
with-late-soon = Будет с минуты на минуту
with-late-question = Сможете подождать?
with-late-fine = Хорошо, подожду
with-late-cannot = Не смогу ждать
with-late-said-fine = Вы ответили, что подождёте. Спасибо!
with-late-said-cannot = Вы ответили, что не сможете ждать. Эту страницу можно закрыть.

with-my-late = Опаздываете?
with-my-late-note = Скажите, на сколько, и специалист это увидит.
with-my-late-minutes = { $minutes } мин
with-my-late-said = { $minutes ->
    [one] Вы сказали, что опоздаете на { $minutes } минуту и будете к { $time }.
    [few] Вы сказали, что опоздаете на { $minutes } минуты и будете к { $time }.
   *[other] Вы сказали, что опоздаете на { $minutes } минут и будете к { $time }.
}
with-my-late-change = Можно выбрать другое время.
with-not-sent = Не получилось передать. Попробуйте ещё раз.

with-offline = Сейчас нет связи. Мы продолжаем попытки, страница обновится сама.
with-busy = Сервер сейчас занят. Мы попробуем снова сами, ничего нажимать не нужно.

with-remind = Напомнить в Telegram
with-remind-note = Откроется наш бот: нажмите в нём «Старт», и он напомнит о консультации.

with-check = Камера и микрофон
with-check-note = Можно проверить прямо здесь
with-check-start = Проверить
with-check-again = Проверить снова
with-check-asking = Разрешите доступ к камере и микрофону, если браузер спросит.
with-check-stop = Закончить
with-check-preview = Изображение с вашей камеры
with-check-level = Громкость микрофона
with-check-private = Изображение и звук остаются на вашем устройстве.
with-camera = Камера
with-camera-fine = Работает
with-camera-none = Не найдена. Можно прийти и без неё
with-microphone = Микрофон
with-microphone-fine = Работает: вас слышно
with-microphone-silent = Скажите что-нибудь: полоска должна двигаться
with-microphone-quiet = Подключён, но звука не было слышно
with-microphone-none = Не найден
with-connection = Связь
with-connection-measuring = Проверяем…
with-connection-good = Хорошая
with-connection-weak = Слабая. Подойдите ближе к роутеру или перейдите на другую сеть
with-connection-none = Нет связи
with-chip-fine = готово
with-chip-weak = слабая
with-chip-none = нет

with-refused-denied = Доступ к камере и микрофону не разрешён
with-refused-denied-android = Нажмите на значок слева от адреса страницы, выберите «Разрешения» и включите камеру и микрофон. Потом проверьте снова.
with-refused-denied-ios = Нажмите на значок рядом с адресом страницы, выберите «Настройки веб-сайта» и разрешите камеру и микрофон. Если там их нет: «Настройки» телефона, ваш браузер, «Камера» и «Микрофон».
with-refused-denied-desktop = Нажмите на значок рядом с адресом страницы и разрешите камеру и микрофон. Потом проверьте снова.
with-refused-missing = Камера и микрофон не найдены
with-refused-missing-help = Проверьте, что они подключены и включены. Можно войти и с другого устройства по этой же ссылке.
with-refused-taken = Камера или микрофон заняты
with-refused-taken-help = Закройте другие программы и вкладки, где они могут быть включены: звонок, камеру, запись. Потом проверьте снова.
with-refused-insecure = Эта страница открыта без защиты
with-refused-insecure-help = Адрес должен начинаться с https. Откройте ссылку из сообщения ещё раз.
with-refused-old = Этот браузер не умеет работать с камерой
with-refused-old-help = Обновите его или откройте ссылку в другом, например в Chrome, Safari, Firefox или Яндекс Браузере.
with-refused-inside = { $app ->
    [unknown] Ссылка открыта внутри другого приложения
   *[other] Ссылка открыта внутри приложения { $app }
}
with-refused-inside-help = Камера и микрофон в нём могут не заработать. Откройте ссылку в обычном браузере.
with-refused-other = Не получилось включить камеру и микрофон
with-refused-other-help = Перезагрузите страницу или откройте ссылку на другом устройстве.
with-elsewhere-android = Нажмите на три точки в углу экрана и выберите «Открыть в браузере». Или скопируйте ссылку и вставьте её в Chrome.
with-elsewhere-ios = Нажмите на значок компаса или «Поделиться» и выберите «Открыть в Safari». Или скопируйте ссылку и вставьте её в Safari.
with-elsewhere-desktop = Скопируйте ссылку и вставьте её в адресную строку браузера.
with-copy = Скопировать ссылку
with-copied = Ссылка скопирована
with-copy-yourself = Скопируйте ссылку отсюда

with-say-open = Дверь открыта: можно войти в комнату.
with-say-late = Специалист задержится и будет в { $time }.
with-say-back = Связь снова есть.
with-footnote = Страница ничего не хранит на вашем устройстве и не записывает ни звук, ни изображение.
with-other-language = English
