/* What a page cannot say by itself: its language to the browser, its age by the reader's clock, and
   links that spare the server a new session. Without this script every link works all the same. */
(() => {
    let followed = null;
    let arrivedAt = null;

    const tell = () => {
        const page = document.querySelector(".shihyo");
        if (!page) return;
        if (document.documentElement.lang !== page.lang) document.documentElement.lang = page.lang;
        for (const line of document.querySelectorAll("[data-late-from]")) {
            const isLate = Date.now() > Date.parse(line.dataset.lateFrom);
            if (isLate !== line.classList.contains("late")) line.classList.toggle("late", isLate);
        }
        const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
        for (const line of document.querySelectorAll("[data-sources-late-from]")) {
            const late = line.dataset.sourcesLateFrom.split(" ").filter((day) => day && day <= today).length;
            const count = line.querySelector(".count");
            if (count && count.textContent !== `${late}`) count.textContent = late;
            if (late > 0 !== line.classList.contains("sources-late")) line.classList.toggle("sources-late", late > 0);
        }
        // A mail with an address, which stands beside it to be copied: of the page as it is whenever
        // it is opened, or as of a day.
        for (const link of page.querySelectorAll("a[data-send]")) {
            const { send, subject } = link.dataset;
            const address = new URL(send, location.href).href;
            const said = `${subject}\n${address}`;
            const mail = `mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(said)}`;
            if (link.getAttribute("href") !== mail) link.setAttribute("href", mail);
            const beside = link.parentElement.querySelector(".address");
            if (beside.textContent !== address) beside.textContent = address;
        }
        // The link that had the focus is gone with its page: a reader of keys goes on where it was,
        // or at the new page's content.
        if (followed && document.activeElement === document.body) {
            const links = [...page.querySelectorAll("a[href]")];
            const isSame = (link) => link.href === followed.href && link.textContent === followed.text;
            const next = followed.isOtherPage ? null : links.find(isSame);
            (next ?? page.querySelector(".main")).focus({ preventScroll: true });
            followed = null;
        }
        // A place within a page that is drawn only now; where the reader goes on from there is theirs.
        const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
        if (place && page.contains(place) && arrivedAt !== location.href) {
            arrivedAt = location.href;
            place.scrollIntoView();
            place.focus({ preventScroll: true });
        }
        if (!location.hash) arrivedAt = null;
    };
    tell();
    if (window.shihyoIsWatched) return;
    window.shihyoIsWatched = true;
    new MutationObserver(tell).observe(document.body, { childList: true, subtree: true });
    setInterval(tell, 60_000);
    window.addEventListener("hashchange", () => { arrivedAt = location.href; });

    const opensHere = (link, event) =>
        !event.defaultPrevented && event.button === 0 &&
        !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey &&
        link.target !== "_blank" && !link.hasAttribute("download") && link.origin === location.origin &&
        !link.getAttribute("href").startsWith("#");
    // A drawing as a picture: twice as large as it is shown, for a document.
    const savePicture = async (link) => {
        const answer = await fetch(link.href);
        if (!answer.ok) { location.assign(link.href); return; }
        const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "");
        const image = new Image();
        image.src = URL.createObjectURL(await answer.blob());
        await image.decode();
        const canvas = document.createElement("canvas");
        canvas.width = 2 * image.naturalWidth;
        canvas.height = 2 * image.naturalHeight;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        URL.revokeObjectURL(image.src);
        const file = document.createElement("a");
        file.href = canvas.toDataURL("image/png");
        file.download = decodeURIComponent(named?.[1] ?? "chart.svg").replace(/svg$/, "png");
        file.click();
    };

    const follow = (address, text) => {
        if (address.href === location.href) return;
        const shown = document.querySelector(".shihyo");
        const isOtherPage = address.pathname !== location.pathname;
        followed = { href: address.href, text, isOtherPage };
        history.pushState(null, "", address.href);
        window.dispatchEvent(new PopStateEvent("popstate"));
        if (isOtherPage) document.querySelector("[data-testid=stMain]")?.scrollTo(0, 0);
        // A session that was lost answers nothing: then the link is followed as any other.
        const isStuck = () => shown.isConnected && location.href === address.href;
        setTimeout(() => isStuck() && location.reload(), 4_000);
    };

    document.addEventListener("click", (event) => {
        const picture = event.target.closest?.(".shihyo a[data-picture]");
        if (picture && !event.defaultPrevented) {
            event.preventDefault();
            savePicture(picture);
            return;
        }
        const link = event.target.closest?.(".shihyo a[href]");
        if (!link || !opensHere(link, event)) return;
        event.preventDefault();
        follow(new URL(link.href), link.textContent);
    });

    // A day of one's own: what the form sends is an address like that of a link.
    document.addEventListener("submit", (event) => {
        const form = event.target.closest?.(".shihyo form");
        if (!form || event.defaultPrevented) return;
        event.preventDefault();
        const address = new URL(form.action);
        const asked = [...new FormData(form)].map(([name, value]) => [name === "language" ? "lang" : name, value]);
        address.search = new URLSearchParams(asked);
        follow(address, "");
    });
})();
