from celery import shared_task

from stores.actions import mail


@shared_task(name="mail.send_mail")
def send_mail(mail_id: int) -> None:
    mail.send_mail(mail_id)


@shared_task(name="mail.sweep_mails")
def sweep_mails() -> None:
    mail.sweep_mails()
