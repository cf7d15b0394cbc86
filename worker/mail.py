from celery import shared_task

from stores.actions import mail, old_mails


@shared_task(name="mail.send_mail")
def send_mail(mail_id: int) -> None:
    mail.send_mail(mail_id)


@shared_task(name="mail.sweep_mails")
def sweep_mails() -> None:
    mail.sweep_mails()


@shared_task(name="mail.sweep_old_mails")
def sweep_old_mails() -> None:
    old_mails.sweep_old_mails()
