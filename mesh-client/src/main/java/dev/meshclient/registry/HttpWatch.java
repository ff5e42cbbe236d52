package dev.meshclient.registry;

import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The registries that have one document, under watch: fetch from one of them, take in, say when to come back. */
final class HttpWatch implements Subscription.Watched {
    private final Time time;
    private final Duration longPoll;
    private final List<Registry> registries;
    private final Failover failover;
    private final Intake intake;
    private final Schedule schedule;
    private boolean anyAnswered;
    private boolean mayHold;

    /** One of them. An ETag means nothing to the others. */
    private static final class Registry {
        final String name;
        final Fetch fetch;

        /** The last document that was taken in, if it came from here. */
        @Nullable
        Feedback known;

        Registry(String name, Fetch fetch) {
            this.name = name;
            this.fetch = fetch;
        }
    }

    /** @param inForce what an earlier process took and is in force; null = nothing */
    HttpWatch(HttpSettings settings, Time time, @Nullable Snapshot inForce) {
        this.time = time;
        this.longPoll = settings.longPoll();
        this.registries = settings.urls().stream()
                .map(url -> new Registry("registry " + HttpSettings.told(url), new Fetch(settings, url, time.wall())))
                .toList();
        this.failover = new Failover(registries.size());
        this.intake = new Intake(settings.maxBytes(), time.wall(), inForce);
        this.schedule = new Schedule(settings.pollInterval());
        if (inForce != null && inForce.etag() != null) {
            registries.get(0).known = new Feedback(inForce.etag(), inForce.rejection(), true);
        }
    }

    @Override
    public long look(PolicySource.Sink sink) {
        long began = time.now();
        int which = failover.turn(began);
        Registry registry = registries.get(which);
        Feedback known = registry.known;
        Fetch.Answer answer;
        try {
            answer = registry.fetch.get(known, known == null || !mayHold ? Duration.ZERO : longPoll);
        } catch (IOException e) {
            return failed(which, e, sink);
        }
        long took = time.now() - began;
        failover.answered(which);
        anyAnswered = false;
        mayHold = true; // but not before it is known that the registry has what an earlier process left
        byte[] body = answer.body();
        if (body != null) {
            take(registry, body, answer.etag(), sink);
        } else if (known != null && known.inForce()) {
            sink.confirmed();
        }
        boolean holdNext = registry.known != null && !longPoll.isZero();
        return schedule.afterAnswer(answer.hold(), holdNext, took, answer.maxAge(), time.random());
    }

    /** A bad document is remembered too, and not fetched twice. */
    private void take(Registry from, byte[] json, @Nullable String etag, PolicySource.Sink sink) {
        String kept = from == registries.get(0) ? etag : null;
        from.known = null; // also where this ends by an Error: then whatever the registry has is to be fetched
        boolean isNew = intake.take(json, kept, from.name + (etag == null ? "" : ", ETag " + etag), sink);
        if (isNew) {
            registries.forEach(r -> r.known = null);
        }
        from.known = etag == null ? null : new Feedback(etag, intake.rejection(), intake.isInForce());
    }

    private long failed(int which, IOException e, PolicySource.Sink sink) {
        Registry registry = registries.get(which);
        Duration retryAfter = null;
        String what = e.getClass().getSimpleName() + ": " + e.getMessage();
        if (e instanceof FetchFailed failure) {
            what = String.valueOf(failure.getMessage());
            anyAnswered |= failure.isAnswered();
            retryAfter = failure.retryAfter();
            if (failure.etag() != null) {
                registry.known = new Feedback(failure.etag(), what, false);
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
