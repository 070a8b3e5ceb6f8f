"""Customer companies and the people there, as the CRM last told us."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Double, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Account(Base):
    """A customer company. `id` is the CRM's own. `extra` holds the CRM columns that we have no name for, `own` what playbooks set.

    `stage` is the CRM's until a playbook sets it, and again as soon as the CRM's own word (`crm_stage`) changes. `tags` are
    written ` beta vip `, with a space around each.
    """

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    domain: Mapped[str | None]
    owner_email: Mapped[str | None]
    arr: Mapped[float | None] = mapped_column(Double)
    currency: Mapped[str | None]
    plan: Mapped[str | None]
    seats: Mapped[int | None]
    stage: Mapped[str | None]
    crm_stage: Mapped[str | None]
    started_on: Mapped[date | None]
    renewal_on: Mapped[date | None]
    churned_on: Mapped[date | None]
    timezone: Mapped[str | None]
    locale: Mapped[str | None]
    url: Mapped[str | None]
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    own: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    tags: Mapped[str] = mapped_column(default="", server_default="")
    polled_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "owner_email"),)


class Contact(Base):
    """A person at an account. Nobody writes to those who opted out (in the CRM), unsubscribed (with us) or bounced."""

    __tablename__ = "contacts"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    name: Mapped[str]
    email: Mapped[str | None]
    role: Mapped[str | None]
    locale: Mapped[str | None]
    opted_out: Mapped[bool] = mapped_column(default=False)
    timezone: Mapped[str | None]
    channel: Mapped[str | None]
    unsubscribed_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    bounce: Mapped[str | None]
    polled_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
