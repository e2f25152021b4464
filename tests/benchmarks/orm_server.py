"""The list of jobs in the design that Overture replaces, written as one would have, and well:

    python -m tests.benchmarks.orm_server --port 8001

FastAPI on uvicorn (uvloop, httptools), SQLAlchemy's ORM on asyncpg, an eager join for each relation, a count over the
joined query, pydantic models for the answer, the token checked in a dependency. Its tables are its own, one for each
thing there is, with the indexes that its queries want; `furnished` makes them of our rows. What it lacks costs
Overture and not it: row-level security, statement and request deadlines, the watch for the client's leaving, request
ids, metrics, logs, a look whether the user is stored.
"""

import argparse
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, ForeignKey, MetaData, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, contains_eager, mapped_column, relationship

from service.kernel.database import async_url

SCHEMA = "design"
POOL_SIZE = 20

# The same rows, a table for each thing.
FURNISHED = f"""
    DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;
    CREATE SCHEMA {SCHEMA};
    CREATE TABLE {SCHEMA}.statuses AS SELECT id::int, name, position::int FROM job_statuses;
    CREATE TABLE {SCHEMA}.organizations AS SELECT id, tenant_id, name, created_at, updated_at FROM organizations;
    CREATE TABLE {SCHEMA}.jobs AS
        SELECT id, tenant_id, organization_id, job_title, job_url, description, salary_range, notes, resume_date,
            created_at, updated_at FROM jobs;
    CREATE TABLE {SCHEMA}.leads AS
        SELECT id, tenant_id, id AS job_id, source, status_id::int, applied_at, created_at FROM jobs;
    CREATE TABLE {SCHEMA}.deals AS SELECT id, tenant_id, lead_id, name, status, created_at FROM deals;
    ALTER TABLE {SCHEMA}.statuses ADD PRIMARY KEY (id);
    ALTER TABLE {SCHEMA}.organizations ADD PRIMARY KEY (id);
    ALTER TABLE {SCHEMA}.jobs ADD PRIMARY KEY (id),
        ADD FOREIGN KEY (organization_id) REFERENCES {SCHEMA}.organizations;
    ALTER TABLE {SCHEMA}.leads ADD PRIMARY KEY (id), ADD UNIQUE (job_id),
        ADD FOREIGN KEY (job_id) REFERENCES {SCHEMA}.jobs,
        ADD FOREIGN KEY (status_id) REFERENCES {SCHEMA}.statuses;
    ALTER TABLE {SCHEMA}.deals ADD PRIMARY KEY (id), ADD UNIQUE (lead_id),
        ADD FOREIGN KEY (lead_id) REFERENCES {SCHEMA}.leads;
    CREATE INDEX ON {SCHEMA}.organizations (tenant_id, name);
    CREATE INDEX ON {SCHEMA}.jobs (tenant_id, created_at, id);
    CREATE INDEX ON {SCHEMA}.jobs (tenant_id, job_title, id);
    CREATE INDEX ON {SCHEMA}.jobs (tenant_id, resume_date, id);
    CREATE INDEX ON {SCHEMA}.jobs (organization_id);
    CREATE INDEX ON {SCHEMA}.leads (tenant_id, status_id);
"""


class Base(DeclarativeBase):
    metadata = MetaData(schema=SCHEMA)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}


class Organization(Base):
    __tablename__ = "organizations"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    name: Mapped[str]


class Status(Base):
    __tablename__ = "statuses"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    position: Mapped[int]


class Deal(Base):
    __tablename__ = "deals"

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey(f"{SCHEMA}.leads.id"))
    name: Mapped[str]
    status: Mapped[str]


class Lead(Base):
    __tablename__ = "leads"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey(f"{SCHEMA}.jobs.id"))
    status_id: Mapped[int] = mapped_column(ForeignKey(f"{SCHEMA}.statuses.id"))
    source: Mapped[str | None]
    applied_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    status: Mapped[Status] = relationship(lazy="raise")
    deal: Mapped[Deal | None] = relationship(lazy="raise")


class Job(Base):
    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    organization_id: Mapped[int] = mapped_column(ForeignKey(f"{SCHEMA}.organizations.id"))
    job_title: Mapped[str]
    job_url: Mapped[str | None]
    description: Mapped[str | None]
    salary_range: Mapped[str | None]
    notes: Mapped[str | None]
    resume_date: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    organization: Mapped[Organization] = relationship(lazy="raise")
    lead: Mapped[Lead] = relationship(lazy="raise")

    @property
    def status(self) -> str:
        return self.lead.status.name

    @property
    def application_date(self) -> datetime | None:
        return self.lead.applied_at


class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class OrganizationOut(Shown):
    id: int
    name: str


class StatusOut(Shown):
    id: int
    name: str


class DealOut(Shown):
    id: int
    name: str
    status: str


class LeadOut(Shown):
    id: int
    source: str | None
    status: StatusOut
    deal: DealOut | None
    created_at: datetime


class JobOut(Shown):
    id: int
    job_title: str
    job_url: str | None
    description: str | None
    salary_range: str | None
    notes: str | None
    resume_date: datetime | None
    status: str
    organization: OrganizationOut
    lead: LeadOut
    application_date: datetime | None
    created_at: datetime
    updated_at: datetime


class JobsOut(Shown):
    items: list[JobOut]
    page: int
    limit: int
    total: int


class OrderBy(StrEnum):
    DATE = "date"
    APPLICATION_DATE = "application_date"
    COMPANY = "company"
    JOB_TITLE = "job_title"
    RESUME = "resume"


class Order(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


SORTED_BY: Mapping[OrderBy, Any] = {
    OrderBy.DATE: Job.created_at,
    OrderBy.APPLICATION_DATE: Lead.applied_at,
    OrderBy.COMPANY: Organization.name,
    OrderBy.JOB_TITLE: Job.job_title,
    OrderBy.RESUME: Job.resume_date,
}


class JobsQuery(BaseModel):
    page: Annotated[int, Query(ge=1)] = 1
    limit: Annotated[int, Query(ge=1, le=100)] = 25
    orderBy: OrderBy = OrderBy.DATE  # noqa: N815  (the parameter's name)
    order: Order = Order.DESC
    search: Annotated[str | None, Query(max_length=200)] = None
    status: str | None = None


bearer = HTTPBearer(auto_error=False)


async def session(request: Request) -> AsyncGenerator[AsyncSession]:
    async with request.app.state.sessions() as opened:
        yield opened


async def tenant(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> str:
    """The tenant of a good token."""
    try:
        claims = jwt.decode(
            credentials.credentials if credentials else "",
            request.app.state.secret,
            algorithms=["HS256"],
            audience="overture",
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "Not authenticated", headers={"WWW-Authenticate": "Bearer"}) from error
    return claims.get("tenant") or f"user:{claims['sub']}"


def joined(tenant_id: str, query: JobsQuery) -> Select[Job]:
    found = (
        select(Job)
        .join(Job.organization)
        .join(Job.lead)
        .join(Lead.status)
        .outerjoin(Lead.deal)
        .where(Job.tenant_id == tenant_id)
    )
    if query.status:
        found = found.where(Status.name == query.status)
    if query.search:
        word = query.search
        found = found.where(
            Organization.name.icontains(word, autoescape=True) | Job.job_title.icontains(word, autoescape=True)
        )
    return found


def paged(found: Select[Job], query: JobsQuery) -> Select[Job]:
    column = SORTED_BY[query.orderBy]
    ordered = (column.desc(), Job.id.desc()) if query.order is Order.DESC else (column.asc(), Job.id.asc())
    lead = contains_eager(Job.lead)
    return (
        found.options(
            contains_eager(Job.organization), lead.contains_eager(Lead.status), lead.contains_eager(Lead.deal)
        )
        .order_by(*ordered)
        .limit(query.limit)
        .offset((query.page - 1) * query.limit)
    )


async def list_jobs(
    query: Annotated[JobsQuery, Query()],
    tenant_id: Annotated[str, Depends(tenant)],
    db: Annotated[AsyncSession, Depends(session)],
) -> Any:
    found = joined(tenant_id, query)
    total = await db.scalar(select(func.count()).select_from(found.with_only_columns(Job.id).subquery()))
    jobs = (await db.scalars(paged(found, query))).all()
    return {"items": jobs, "page": query.page, "limit": query.limit, "total": total}


async def ready() -> str:
    return "ready"


def application(url: str, secret: str) -> FastAPI:
    engine = create_async_engine(async_url(url), pool_size=POOL_SIZE, max_overflow=0)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        yield
        await engine.dispose()

    app = FastAPI(lifespan=lifespan)
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    app.state.secret = secret
    app.get("/api/jobs", response_model=JobsOut)(list_jobs)
    app.get("/health/ready")(ready)
    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.orm_server")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    app = application(os.environ["DATABASE_URL"], os.environ["OVERTURE_JWT_SECRET"])
    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", log_level="warning", access_log=False
    )


if __name__ == "__main__":
    main()
