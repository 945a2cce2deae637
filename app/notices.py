"""What stands above the figures: the heading, the label of the demonstration, and word of a night that published nothing."""

from html import escape

from app.i18n import NONE, Words
from app.warehouse import Published, State
from published import FinishedRun, RunEvent


def heading_html(published: Published | None, words: Words) -> str:
    """Return the title and, once something is published, its as-of date, version and time of publishing."""
    title = f"<h1>{escape(words('title'))} <span>{escape(words('subtitle'))}</span></h1>"
    if published is None:
        return f'<div class="shihyo-heading" lang="{words.language}">{title}</div>'
    version = published.version + (f" ({words('rolled_back')})" if published.is_rolled_back else "")
    facts = {
        "as_of": words.day(published.as_of) if published.as_of else NONE,
        "published_at": words.moment(published.published_at) if published.published_at else NONE,
        "version": version,
    }
    drawn = "".join(f'<div class="{key}"><dt>{escape(words(key))}</dt> <dd>{escape(fact)}</dd></div>' for key, fact in facts.items())
    return f'<div class="shihyo-heading" lang="{words.language}">{title}<dl>{drawn}</dl></div>'


def demo_html(words: Words) -> str:
    """Return the label of the demonstration."""
    return (
        f'<div class="shihyo-notice demo" lang="{words.language}" role="note">'
        f'<strong class="shihyo-badge demo">{escape(words("demo"))}</strong> <p>{escape(words("demo_banner"))}</p></div>'
    )


def held_html(run: FinishedRun, published: Published | None, words: Words) -> str:
    """Return word of a run that published nothing: when, why, and which version the figures below are of."""
    when = run.started_at or run.finished_at
    title = words("held_title", when=words.moment(when)) if when else words("held_title_undated")
    failures = "".join(f"<li>{escape(failure)}</li>" for failure in run.failures)
    details = (f"<ul>{failures}</ul>" if failures else "") + (f'<p class="told">{escape(run.message)}</p>' if run.message else "")
    more = f"<details open><summary>{escape(words('held_details'))}</summary>{details}</details>" if details else ""
    return (
        f'<div class="shihyo-notice held" lang="{words.language}" role="alert"><h2><span aria-hidden="true">⚠</span> {escape(title)}</h2>'
        f"<p><b>{escape(words('held_reason'))}</b> {escape(words.outcome(run.outcome))}</p>{_shown(published, words)}{more}</div>"
    )


def _shown(published: Published | None, words: Words) -> str:
    if published is None:
        return ""
    as_of = words.day(published.as_of) if published.as_of else NONE
    return f"<p>{escape(words('held_shown', as_of=as_of, version=published.version))}</p>"


def unfinished_html(run: RunEvent, words: Words) -> str:
    """Return word of a run that began and recorded no end."""
    when = words.moment(run.started_at) if run.started_at else NONE
    told = escape(words("unfinished", when=when))
    return f'<div class="shihyo-notice unfinished" lang="{words.language}" role="status"><p>{told}</p></div>'


def notices_html(state: State, words: Words) -> list[str]:
    """Return the notices that this state calls for, the most urgent first."""
    notices = []
    if state.last_run and state.last_run.outcome != "published":
        notices.append(held_html(state.last_run, state.published, words))
    if state.unfinished:
        notices.append(unfinished_html(state.unfinished, words))
    if state.is_demo:
        notices.append(demo_html(words))
    return notices


def message_html(title: str, body: str, detail: str, words: Words) -> str:
    """Return a page that has no figures to show, and says why."""
    more = f"<p><code>{escape(detail)}</code></p>" if detail else ""
    return f'<div class="shihyo-message" lang="{words.language}" role="status"><h2>{escape(title)}</h2><p>{escape(body)}</p>{more}</div>'
