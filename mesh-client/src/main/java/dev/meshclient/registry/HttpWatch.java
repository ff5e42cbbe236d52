package dev.meshclient.registry;

import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One registry under watch: fetch, take in, say when to come back. */
final class HttpWatch implements Subscription.Watched {
    private final Time time;
    private final String registry;
    private final Duration longPoll;
    private final Fetch fetch;
    private final Intake intake;
    private final Schedule schedule;
    private @Nullable Feedback known;

    HttpWatch(HttpSettings settings, Time time) {
        this.time = time;
        this.registry = "registry " + settings.told();
        this.longPoll = settings.longPoll();
        this.fetch = new Fetch(settings, time.wall());
        this.intake = new Intake(settings.maxBytes());
        this.schedule = new Schedule(settings.pollInterval());
    }

    @Override
    public long look(PolicySource.Sink sink) {
        long began = time.now();
        Fetch.Answer answer;
        try {
            answer = fetch.get(known, known == null ? Duration.ZERO : longPoll);
        } catch (IOException e) {
            return failed(e, sink);
        }
        long took = time.now() - began;
        byte[] body = answer.body();
        if (body != null) {
            String etag = answer.etag();
            intake.take(body, registry + (etag == null ? "" : ", ETag " + etag), sink);
            known = etag == null ? null : new Feedback(etag, intake.rejection()); // a bad one is not fetched twice
        }
        boolean holdNext = known != null && !longPoll.isZero();
        return schedule.afterAnswer(answer.hold(), holdNext, took, answer.maxAge(), time.random());
    }

    private long failed(IOException e, PolicySource.Sink sink) {
        long pause;
        String what;
        if (e instanceof FetchFailed failure) {
            pause = schedule.afterFailure(failure.isAnswered(), failure.retryAfter(), time.random());
            what = failure.getMessage();
            if (failure.etag() != null) {
                known = new Feedback(failure.etag(), what);
            }
        } else {
            pause = schedule.afterFailure(false, null, time.random());
            what = e.getClass().getSimpleName() + ": " + e.getMessage();
        }
        sink.failed(new IOException(registry + ": " + what + "; asked again in " + pause / 1_000_000 + " ms", e));
        return pause;
    }

    @Override
    public void cancel() {
        fetch.cancel();
    }

    @Override
    public void release() {
        fetch.release();
    }
}
