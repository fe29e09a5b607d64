from __future__ import annotations

import asyncio
from datetime import timedelta

import argon2
import pytest
import pytest_asyncio

from crossdock.audit import events
from crossdock.kernel.clock import OffsetClock
from crossdock.kernel.errors import ForbiddenError, NotFoundError, RateLimitedError, UnauthenticatedError
from crossdock.kernel.secret import Secret
from crossdock.projects import policy, sign_in
from crossdock.projects.model import Person, Project
from crossdock.projects.passwords import Passwords
from crossdock.projects.service import Projects

EMAIL, RIGHT, WRONG = "ada@example.com", Secret("correct horse battery"), Secret("wrong horse battery")
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture
def quick(projects: Projects) -> Projects:
    """Return the service with a cheap hash: what is tested is not argon2."""
    passwords = Passwords(hasher=CHEAP, nobody=CHEAP.hash("nobody"))
    return Projects(db=projects.db, clock=projects.clock, ids=projects.ids, trail=projects.trail, passwords=passwords)


@pytest_asyncio.fixture
async def ada(quick: Projects, project: Project) -> Person:
    return await quick.create_person(project_id=project.id, email=EMAIL, name="Ada", password=RIGHT, role="member")


async def enter(quick: Projects, *, password: Secret = RIGHT, address: str = "192.0.2.1", email: str = EMAIL) -> str:
    _, token, _ = await quick.sign_in(email=email, password=password, address=address)
    return token.reveal()


async def refused(quick: Projects, *, times: int, address: str = "192.0.2.1", email: str = EMAIL) -> None:
    for _ in range(times):
        with pytest.raises(UnauthenticatedError):
            await enter(quick, password=WRONG, address=address, email=email)


async def test_a_person_signs_in_and_acts_by_role(quick: Projects, ada: Person) -> None:
    """The session leads to the person, the project and the scopes of the role."""
    session, token, csrf = await quick.sign_in(email="ADA@example.com ", password=RIGHT, address="192.0.2.1")

    principal = await quick.authenticate_sign_in(token=token.reveal())

    assert (session.person.id, session.project_id) == (ada.id, ada.project_id)
    assert (principal.actor, principal.role) == (f"person:{ada.id}", "member")
    assert principal.scopes == policy.ROLES["member"]
    await quick.check_csrf(token=token.reveal(), csrf=csrf.reveal())


async def test_wrong_password_and_unknown_person_look_the_same(quick: Projects, ada: Person) -> None:
    """Neither the words nor the code tell whether the e-mail is known."""
    told = set()
    for email in (EMAIL, "nobody@example.com"):
        with pytest.raises(UnauthenticatedError) as caught:
            await enter(quick, password=WRONG, email=email)
        told.add((caught.value.message, caught.value.error_code))

    assert len(told) == 1
    assert ada.email not in str(told)


async def test_the_database_holds_no_token(quick: Projects, ada: Person) -> None:
    """Sessions stand there by digest, attempts without the e-mail, passwords as argon2id."""
    token = await enter(quick)
    await refused(quick, times=1)

    async with quick.db.connection() as conn:
        rows = await conn.fetch(
            "select s::text as t from sign_ins s union all select a::text from sign_in_attempts a"
            " union all select password_hash from people"
        )
    text = " ".join(row["t"] for row in rows)
    assert token not in text
    assert ada.email not in text
    assert "$argon2id$" in text


async def test_a_session_ends_when_it_idles(quick: Projects, ada: Person, clock: OffsetClock) -> None:
    """Used within twelve hours it goes on, and after twelve idle hours it is over."""
    token = await enter(quick)

    for _ in range(3):
        clock.offset += timedelta(hours=11)
        assert (await quick.current_sign_in(token=token)).person.id == ada.id
    clock.offset += timedelta(hours=12, minutes=2)

    with pytest.raises(UnauthenticatedError):
        await quick.current_sign_in(token=token)


async def test_a_session_ends_after_a_week(quick: Projects, ada: Person, clock: OffsetClock) -> None:
    """However much it is used, seven days are its age."""
    token = await enter(quick)

    for _ in range(16):
        clock.offset += timedelta(hours=10)
        await quick.current_sign_in(token=token)
    clock.offset += timedelta(hours=9)

    with pytest.raises(UnauthenticatedError):
        await quick.current_sign_in(token=token)
    assert ada.role == "member"


async def test_signing_in_again_replaces_the_session(quick: Projects, ada: Person) -> None:
    """The token held before is worth nothing afterwards: no session can be fixed in advance."""
    old = await enter(quick)

    _, token, _ = await quick.sign_in(email=ada.email, password=RIGHT, address="192.0.2.1", replaces=old)

    assert (await quick.current_sign_in(token=token.reveal())).person.id == ada.id
    with pytest.raises(UnauthenticatedError):
        await quick.current_sign_in(token=old)


async def test_signing_out_ends_the_session(quick: Projects, ada: Person) -> None:
    """Out is out, and doing it twice is no error."""
    token = await enter(quick)

    await quick.sign_out(token=token)
    await quick.sign_out(token=token)

    with pytest.raises(UnauthenticatedError):
        await quick.current_sign_in(token=token)
    async with quick.db.connection() as conn:
        entries = await quick.trail.entries(conn, project_id=ada.project_id, subject=ada.id)
    assert [entry.event for entry in entries[:2]] == [events.SIGN_IN_ENDED, events.SIGN_IN_SUCCEEDED]


async def test_guesses_at_one_person_are_limited(quick: Projects, ada: Person, clock: OffsetClock) -> None:
    """After ten guesses, from whatever addresses, even the right password waits for the quarter of an hour."""
    for number in range(sign_in.PER_EMAIL):
        await refused(quick, times=1, address=f"192.0.2.{number}")

    with pytest.raises(RateLimitedError) as caught:
        await enter(quick, address="198.51.100.1")
    clock.offset += timedelta(minutes=16)

    assert 0 < caught.value.retry_after <= 900
    assert await enter(quick, email=ada.email)


async def test_guesses_from_one_address_are_limited(quick: Projects, ada: Person) -> None:
    """An address that tries fifty people is stopped, and another address is not."""
    for number in range(sign_in.PER_ADDRESS):
        await refused(quick, times=1, email=f"nobody{number}@example.com")

    with pytest.raises(RateLimitedError):
        await enter(quick)

    assert await enter(quick, address="192.0.2.99", email=ada.email)


async def test_guesses_made_at_once_are_counted_one_by_one(quick: Projects, ada: Person) -> None:
    """Thirty guesses in parallel, as over many replicas, get no more than ten answers."""
    ended = await asyncio.gather(
        *(enter(quick, password=WRONG, email=ada.email) for _ in range(30)), return_exceptions=True
    )

    kinds = [type(error) for error in ended]
    assert kinds.count(UnauthenticatedError) == sign_in.PER_EMAIL
    assert kinds.count(RateLimitedError) == 20


async def test_a_success_forgives_the_guesses_before(quick: Projects, ada: Person) -> None:
    """Nine slips and a success leave nine more slips."""
    for _ in range(3):
        await refused(quick, times=sign_in.PER_EMAIL - 1)
        assert await enter(quick, email=ada.email)


@pytest.mark.parametrize("csrf", ["", "x", "ä", "0" * 43])
async def test_a_foreign_csrf_token_is_refused(quick: Projects, ada: Person, csrf: str) -> None:
    """Only the token of the very session passes, not that of another one."""
    token, other = await enter(quick), await enter(quick, email=ada.email)

    for wrong in (csrf, sign_in.csrf_token(other).reveal()):
        with pytest.raises(ForbiddenError):
            await quick.check_csrf(token=token, csrf=wrong)


async def test_a_new_password_ends_all_sessions(quick: Projects, ada: Person) -> None:
    """After the change the old password and the old sessions are worth nothing."""
    token = await enter(quick)

    await quick.set_password(project_id=ada.project_id, person_id=ada.id, password=WRONG, actor="system:cli")

    with pytest.raises(UnauthenticatedError):
        await quick.current_sign_in(token=token)
    with pytest.raises(UnauthenticatedError):
        await enter(quick)
    assert await enter(quick, password=WRONG)
    with pytest.raises(NotFoundError):
        await quick.set_password(project_id="prj_other", person_id=ada.id, password=RIGHT, actor="system:cli")


async def test_an_outdated_hash_is_renewed_at_sign_in(quick: Projects, projects: Projects, ada: Person) -> None:
    """Whoever signs in under stronger parameters is hashed anew, and the password stays the same."""
    assert await enter(projects, email=ada.email)

    async with quick.db.connection() as conn:
        renewed = await conn.fetchval("select password_hash from people where id = $1", ada.id)
    assert renewed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await enter(projects)


async def test_what_has_ended_is_swept_away(quick: Projects, ada: Person, clock: OffsetClock) -> None:
    """The sweep leaves the living sessions and the guesses that still count."""
    await enter(quick, email=ada.email)
    await refused(quick, times=2)
    clock.offset += timedelta(days=8)
    living = await enter(quick)
    await refused(quick, times=1)

    await quick.sweep()

    async with quick.db.connection() as conn:
        counts = [await conn.fetchval(f"select count(*) from {table}") for table in ("sign_ins", "sign_in_attempts")]
    assert counts == [1, 2]
    assert (await quick.current_sign_in(token=living)).person.id == ada.id
