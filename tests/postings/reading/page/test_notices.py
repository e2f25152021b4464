"""Notices that a posting is closed, filled with small words as they are; and what only sounds like one."""

import pytest

from service.postings.reading.page import notices
from tests.postings.pages import pasted


@pytest.mark.parametrize(
    "notice",
    [
        "This position is currently on hold.",
        "This vacancy is now closed.",
        "Hiring for this role is paused.",
        "We are no longer hiring for this role.",
        "We have filled this position.",
        "We've already filled the role.",
        "Position filled",
        "Applications have now closed",
        "Status: closed",
        "Recruitment temporarily paused.",
        "Sorry, this job was removed.",
        "Applications for this role closed on 1 May 2026.",
        "The application deadline has passed. If you like, look at our other jobs.",
        "Die Stelle wurde inzwischen besetzt.",
        "Wir haben die Stelle leider schon besetzt.",
        "Wir teilen mit, dass die Stelle bereits besetzt ist.",
        "Bis auf weiteres ist die Stelle pausiert.",
        "Die Bewerbungsphase ist abgeschlossen.",
        "Diese Stelle ruht derzeit.",
        "Ce poste a déjà été pourvu.",
        "Nous avons pourvu ce poste.",
        "Cette offre est désormais clôturée.",
        "Le recrutement est actuellement suspendu",
        "Vacante pausada temporalmente",
        "El proceso de selección ha finalizado.",
        "Hemos cubierto esta vacante.",
        "Esta vacante ya está cubierta",
        "Esta oferta ya no acepta más candidaturas.",
        "Esta vaga foi encerrada.",
        "Esta vaga já não está disponível",
        "Vaga preenchida",
        "Le candidature sono chiuse.",
        "Questo annuncio non è più attivo.",
        "L'offerta è scaduta",
        "Deze vacature is helaas vervuld.",
        "Solliciteren is niet meer mogelijk.",
        "Ta rekrutacja została już zakończona.",
        "Oferta wygasła",
        "Tjänsten är tillsatt.",
        "Ansökningstiden har gått ut.",
        "Denna annons är inte längre tillgänglig",
        "現在、この求人は募集を終了しております。",
        "掲載期間が終了しました",
        "该职位已停止招聘",
        "此職缺已關閉",
    ],
)
def test_it_is_closed(notice: str) -> None:
    assert pasted(f"Backend Engineer at Acme\n\n{notice}\n\nApply now").is_open is False


@pytest.mark.parametrize(
    "text",
    [
        "Once the position is filled, we will tell you.",
        "Open until filled",
        "The vacancy will be closed when somebody was found.",
        "Applications are closed once we have enough.",
        "This position is not closed.",
        "The position is filled with surprises, and each ticket of the job is closed out.",
        "You have filled this role before.",
        "You know how each position filled changes a team.",
        "The role is over 50 % travel. Closed on Sundays.",
        "Whoever had such a role has closed deals.",
        "Job: closed-loop control",
        "In this role close collaboration matters.",
        "Die Ausschreibung läuft, bis die Stelle besetzt ist.",
        "Die Stelle wird zum 1. Mai besetzt.",
        "Sobald die Stelle besetzt wurde, melden wir uns.",
        "Dès que le poste est pourvu, l'annonce disparaît.",
        "Le poste est pourvu par voie de mutation.",
        "Hasta que la vacante está cubierta, buscamos.",
        "Una vez cubierta la vacante, se avisa.",
        "Se a vaga foi preenchida, avisamos.",
        "Quando la posizione è chiusa, avvisiamo.",
        "Zodra de vacature is vervuld, melden wij ons.",
        "Gdy rekrutacja została zakończona, powiadomimy.",
        "När tjänsten är tillsatt hör vi av oss.",
    ],
)
def test_it_is_not(text: str) -> None:
    assert notices.find(text) is None
