package dev.meshclient.internal.source.http;

import dev.meshclient.internal.source.DocumentIntake;
import dev.meshclient.internal.source.DocumentSink;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.internal.source.Subscription;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyDocument;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.function.Predicate;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Watches the registries that serve one document: fetches it from one of them, passes it on, and schedules the next request.
 */
public final class HttpWatch implements Subscription.Watched {
    private static final SortedSet<String> NO_LIST = Collections.emptySortedSet();
    private static final long BETWEEN_QUESTIONS_NANOS = 100_000_000L;

    private final Time time;
    private final Duration longPoll;
    private final List<Registry> registries;
    private final Failover failover;
    private final DocumentIntake intake;
    private final Schedule schedule;
    private final @Nullable HostList hosts;
    private @Nullable Received aside;
    private long soonestNext;
    private boolean anyAnswered;
    private boolean mayHold;

    /** One of the registries. An ETag is valid only for its own registry. */
    private static final class Registry {
        final String name;
        final HttpUrl url;
        final Fetch fetch;

        /** The last document that was accepted, if it came from this registry. */
        @Nullable
        Feedback known;

        /** The hosts of its request: its ETag is valid only with these. */
        SortedSet<String> knownOf = NO_LIST;

        Registry(HttpUrl url, Fetch fetch) {
            this.name = "registry " + HttpSettings.printable(url);
            this.url = url;
            this.fetch = fetch;
        }

        @Nullable
        Feedback known(SortedSet<String> list) {
            return list.equals(knownOf) ? known : null;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    private record Received(
            Registry from,
            SortedSet<String> list,
            byte[] json,
            @Nullable String etag) {}

    /**
     * @param hosts the hosts to request; null: the whole document
     */
    private HttpWatch(HttpSettings settings, DocumentSink sink, @Nullable HostList hosts) {
        this.time = sink.time();
        this.hosts = hosts;
        this.longPoll = settings.longPoll();
        this.registries = settings.urls().stream()
                .map(url -> new Registry(url, new Fetch(settings, url, time.wall())))
                .toList();
        Remembered left = sink.memory().own(time.now());
        this.failover = new Failover(registries.size());
        this.intake = new DocumentIntake(settings.maxBytes(), time.wall(), left);
        this.schedule = new Schedule(settings.pollInterval(), longPoll);
        if (left != null && left.etag() != null && hosts == null) {
            registries.get(0).known = new Feedback(left.etag(), left.rejection(), true);
        }
    }

    public static Subscription start(HttpSettings settings, DocumentSink sink) {
        HostList hosts = settings.onDemand() ? new HostList(sink.wanted()) : null;
        HttpWatch watch = new HttpWatch(settings, sink, hosts);
        Subscription subscription = Subscription.start("policy-http", sink, watch);
        if (hosts != null) {
            sink.wanted().onAsk(() -> {
                watch.ask();
                subscription.lookUp();
            });
            subscription.lookUp(); // for hosts that were requested meanwhile
        }
        return subscription;
    }

    @Override
    public long look(DocumentSink sink) {
        long began = time.now();
        int which = failover.turn(began);
        Registry registry = registries.get(which);
        registry.fetch.begin();
        boolean again = hosts != null
                && hosts.isAskedAgain(); // reset before the list is made: later requests belong to the next one
        SortedSet<String> list = hosts == null ? NO_LIST : hosts.next();
        HttpUrl url = hosts == null ? registry.url : HostList.in(registry.url, list);
        Feedback known = registry.known(list);
        Duration wait = known == null || !mayHold || again ? Duration.ZERO : longPoll;
        Fetch.Answer answer;
        try {
            answer = registry.fetch.get(url, known, wait);
        } catch (IOException e) {
            if (registry.fetch.isAbandoned() && !wait.isZero()) {
                return Math.max(0, soonestNext - time.now());
            }
            return failed(which, list, e, sink);
        }
        long took = time.now() - began;
        failover.answered(which);
        anyAnswered = false;
        mayHold = true; // but not before the registry is known to have the document of an earlier process
        soonestNext = time.now() + BETWEEN_QUESTIONS_NANOS;
        byte[] body = answer.body();
        boolean news = false;
        if (body != null) {
            news = take(new Received(registry, list, body, answer.etag()), sink);
        } else if (known != null && known.inForce()) {
            sink.confirmed();
        }
        boolean holdNext = registry.known(list) != null && !longPoll.isZero();
        return schedule.afterAnswer(answer.hold(), news, holdNext, took, answer.maxAge(), time.random());
    }

    /** Puts aside a partial policy that lacks services its rules need, and requests more; it is used if that request fails. */
    private boolean take(Received received, DocumentSink sink) {
        aside = null;
        return take(received, sink, document -> {
            boolean lacks = hosts != null && hosts.lacksBackends(document);
            aside = lacks ? received : null;
            return lacks;
        });
    }

    /** A bad document is remembered too, so that it is not fetched twice. @return whether it differs from the last */
    private boolean take(Received received, DocumentSink sink, Predicate<PolicyDocument> putAside) {
        Registry from = received.from;
        String etag = received.etag;
        // Stores the ETag with the document, for a restart; a partial policy then belongs to another list.
        String kept = from == registries.get(0) && hosts == null ? etag : null;
        String origin = from.name + (etag == null ? "" : ", ETag " + etag);
        from.known = null; // also if this ends with an Error: then the next request gets the whole document
        boolean isNew = intake.take(received.json, kept, origin, sink, putAside);
        if (isNew) {
            registries.forEach(r -> r.known = null);
        }
        if (aside == null) {
            from.known = etag == null ? null : new Feedback(etag, intake.rejection(), intake.isInForce());
            from.knownOf = received.list;
        }
        return isNew;
    }

    /** New hosts are requested at once, but not with one request each, and not from a server that fails. */
    @Override
    public long sooner() {
        return hosts != null && hosts.hasNews() ? soonestNext : Time.NEVER;
    }

    /** Requests another host. From any thread. */
    private void ask() {
        HostList list = Objects.requireNonNull(hosts);
        boolean held = registries.stream().anyMatch(r -> r.fetch.isHeld());
        if (list.ask(held)) {
            registries.forEach(r -> r.fetch.abandon());
        }
    }

    private long failed(int which, SortedSet<String> list, IOException e, DocumentSink sink) {
        Received part = aside;
        if (part != null) {
            aside = null;
            take(part, sink, document -> false);
        }
        Registry registry = registries.get(which);
        Duration retryAfter = null;
        String what = e.getClass().getSimpleName() + ": " + e.getMessage();
        if (e instanceof FetchFailed failure) {
            what = String.valueOf(failure.getMessage());
            anyAnswered |= failure.isAnswered();
            retryAfter = failure.retryAfter();
            if (failure.etag() != null) {
                registry.known = new Feedback(failure.etag(), what, false);
                registry.knownOf = list;
            }
        }
        long now = time.now();
        long pause = 0;
        String next;
        if (failover.failed(which, retryAfter == null ? 0 : Schedule.bounded(retryAfter), now)) {
            next = "asked next is " + registries.get(failover.turn(now)).name;
        } else {
            pause = schedule.afterFailure(anyAnswered, Duration.ofNanos(failover.restNanos(now)), time.random());
            anyAnswered = false;
            next = "asked again in " + pause / 1_000_000 + " ms";
        }
        sink.failed(new IOException(registry.name + ": " + what + "; " + next, e));
        soonestNext = now + pause;
        return pause;
    }

    @Override
    public void cancel() {
        registries.forEach(r -> r.fetch.cancel());
    }

    @Override
    public void release() {
        registries.forEach(r -> r.fetch.release());
    }
}
