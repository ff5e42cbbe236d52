package dev.meshclient.internal.hedge;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Repeat;
import dev.meshclient.internal.time.Alarm;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.Objects;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first attempt of a call and its hedges. An answer that no retry would repeat decides the call, and so does the end of the
 * last of them; the others are then cancelled. As an alarm it starts a hedge, as a task it runs one.
 */
final class Race extends Alarm implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.hedges");

    private final Hedge layer;
    private final Attempt first;
    private final long delayNanos;
    private final CallerContext context = CallerContext.capture();

    // guarded by this
    private int running = 1;
    private int hedges;
    private boolean ended; // one of the attempts: no further one begins
    private @Nullable Attempt best; // of those that have ended
    private @Nullable Response response; // of the best one
    private @Nullable Throwable failure; // of the best one
    private @Nullable Attempt decided; // the best one, when no other can be better
    private Time.@Nullable Timer again;

    Race(Hedge layer, Attempt first, long delayNanos) {
        this.layer = layer;
        this.first = first;
        this.delayNanos = delayNanos;
    }

    // ---- the thread of the caller

    Response answer(long at) throws IOException {
        layer.time.arm(this, at, "hedge");
        Response answer = null;
        IOException failed = null;
        boolean returned = false;
        try {
            try {
                answer = layer.next.call(first);
            } catch (IOException e) {
                failed = e;
            }
            end(first, answer, failed);
            while (!isDecided()) {
                first.call().await(Time.NEVER);
            }
            Response result = result();
            returned = true;
            return result;
        } finally {
            if (!returned) {
                abandon();
            }
        }
    }

    private synchronized boolean isDecided() {
        return decided != null;
    }

    /** The result of the call, with the failures of other attempts attached to its own. */
    private Response result() throws IOException {
        Attempt by;
        Response answer;
        Throwable failed;
        boolean hedged;
        synchronized (this) {
            by = Objects.requireNonNull(decided);
            answer = response;
            failed = failure;
            hedged = hedges > 0;
        }
        if (hedged) {
            first.call().decided(by);
        }
        if (answer != null) {
            return answer;
        }
        if (failed instanceof IOException e) {
            attachOthers(by, e);
            throw e;
        }
        if (failed instanceof RuntimeException e) {
            throw e;
        }
        if (failed instanceof Error e) {
            throw e;
        }
        throw new IllegalStateException(failed);
    }

    private void attachOthers(Attempt by, IOException e) {
        for (Attempt other = first.call().latest(); other != null; other = other.previous()) {
            IOException its = other.failure();
            Outcome outcome = other.outcome();
            if (its != null && its != e && outcome != Outcome.SUPERSEDED && outcome != Outcome.REFUSED) {
                by.attach(e, its);
            }
        }
    }

    /** The caller gets something else: its own failure, or the end of the call. */
    private void abandon() {
        Response unwanted;
        synchronized (this) {
            unwanted = response;
            response = null;
            if (decided == null) {
                decided = first;
            }
        }
        settle(first);
        if (unwanted != null) {
            unwanted.close();
        }
    }

    // ---- the thread of the timer

    @Override
    protected void ring(long due) {
        start();
    }

    private synchronized void start() {
        if (decided != null || ended) {
            return;
        }
        if (first.pick().endpoint() == null) { // it waits for one, or has only begun on a busy machine
            again = later();
            return;
        }
        if (!layer.admit(first)) {
            return;
        }
        Call call = first.call();
        call.layersEntered();
        running++;
        hedges++;
        try {
            layer.time.start("hedge", this);
        } catch (RuntimeException | Error e) {
            running--;
            hedges--;
            layer.backend.end();
            call.layersReturned();
            LOG.error("no thread for a hedge; the call goes on without", e);
            return;
        }
        if (hedges + 1 < layer.settings.attempts()) {
            again = later();
        }
    }

    private Time.Timer later() {
        return layer.time.at(layer.time.now() + delayNanos, "hedge", this::start);
    }

    // ---- the thread of a hedge

    @Override
    public void run() {
        try {
            context.run(this::hedge);
        } finally {
            layer.backend.end();
            first.call().layersReturned();
        }
    }

    private void hedge() {
        Attempt hedge = begin();
        if (hedge == null) {
            return;
        }
        Response answer = null;
        Throwable failed = null;
        try {
            answer = layer.next.call(hedge);
        } catch (Throwable e) { // Kotlin may throw any; the thread of the caller throws it
            failed = e;
        }
        try {
            end(hedge, answer, failed);
        } catch (Throwable e) { // of its answer, or of a listener; Kotlin may throw any
            Interrupts.keep(e);
            LOG.warn("the end of an attempt that ran beside another failed", e);
        }
    }

    /** Null: the call is decided or cancelled. */
    private synchronized @Nullable Attempt begin() {
        if (decided == null) {
            Call call = first.call();
            try {
                return call.beginHedge(new Repeat(layer.time.now() - first.startedAt(), layer.settings.source(), true));
            } catch (IOException cancelled) { // so is the wait of the caller's thread
                LOG.debug("no hedge, as the call was cancelled", cancelled);
            }
        }
        running--;
        return null;
    }

    // ---- any thread

    /** The attempt has ended. An answer is better than a failure; what the call does not need is closed. */
    private void end(Attempt attempt, @Nullable Response answer, @Nullable Throwable failed) {
        Response unwanted;
        boolean decides = false;
        synchronized (this) {
            running--;
            ended = true;
            boolean isFinal = isFinal(attempt, answer);
            if (decided == null && (isFinal || isBetter(attempt, answer))) {
                unwanted = response;
                best = attempt;
                response = answer;
                failure = failed;
            } else {
                unwanted = answer;
            }
            if (decided == null && (isFinal || running == 0)) {
                decided = best;
                decides = true;
            }
        }
        try {
            if (unwanted != null) {
                unwanted.close();
            }
            if (failed != null) {
                attempt.over();
            }
        } finally { // whatever a listener or an interceptor throws: the caller's thread waits for this
            if (decides) {
                settle(attempt);
            }
            if (attempt != first) {
                first.call().raise();
            }
        }
    }

    private boolean isBetter(Attempt attempt, @Nullable Response answer) {
        return best == null || answer != null || (response == null && attempt.outcome() != Outcome.REFUSED);
    }

    /**
     * Whether it decides the call although others run: an answer that no retry would repeat. A failure does not, as an attempt that
     * runs may still be answered; but what ends the whole call does, and so do failures of the caller's own code.
     */
    private boolean isFinal(Attempt attempt, @Nullable Response answer) {
        if (answer != null) {
            return !layer.budget.isRetried(answer.code()) || answer.header("x-mesh-no-retry") != null;
        }
        Outcome outcome = attempt.outcome();
        return outcome == null
                || (attempt == first
                        && (outcome == Outcome.LOCAL || outcome == Outcome.CANCELLED || outcome == Outcome.DEADLINE));
    }

    /** No further attempt begins; those that run are cancelled. */
    private void settle(Attempt by) {
        cancel();
        Time.Timer later;
        boolean hedged;
        synchronized (this) {
            later = again;
            hedged = hedges > 0;
        }
        if (later != null) {
            later.cancel();
        }
        for (Attempt other = hedged ? first.call().latest() : null; other != null; other = other.previous()) {
            if (other != by) {
                other.supersede(by);
            }
        }
    }
}
