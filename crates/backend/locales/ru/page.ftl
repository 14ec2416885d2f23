### Что говорит страница клиента.

## Без скриптов

plain-enter = Войти
plain-open = Можно входить.
plain-waiting = Когда можно будет войти, здесь появится ссылка.
plain-over = Консультация закончилась. Эту страницу можно закрыть.
plain-cancelled = Консультация отменена. Если вы этого не ждали, спросите своего специалиста.
plain-specialist-coming = Специалист уже идёт.
plain-specialist-late = Специалист задерживается и будет в { $time }.
plain-specialist-cannot = Сейчас встретиться не получится. Специалист свяжется с вами.
# Показано только тогда, когда скрипты в браузере выключены.
plain-nobody-told = В вашем браузере выключены скрипты. Страница работает и так, но не сообщает специалисту, что вы здесь, и показывает время практики, а не ваше.
plain-reload = Страница обновляется сама каждые полминуты.
plain-reload-hint = Если время изменится, это будет видно после обновления.
plain-reload-now = Обновить сейчас
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
