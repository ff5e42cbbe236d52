package dev.meshclient.internal.okhttp;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** One request of a logical call through the layers; a redirect or a challenge makes another. */
final class Hop extends CallContext {
    final LogicalCall logical;
    final OkHttpClient client;
    final CallerSettings settings;
    private final LongAdder underWay;

    /** @param underWay counts the hops that are not over */
    Hop(
            Time time,
            Request request,
            LogicalCall logical,
            OkHttpClient client,
            CallerSettings settings,
            LongAdder underWay) {
        super(time, request, options(request));
        this.logical = logical;
        this.client = client;
        this.settings = settings;
        this.underWay = underWay;
        deadline(logical.deadline());
    }

    /** It is about to go through the layers. */
    void begin() {
        underWay.increment();
    }

    private static MeshOptions options(Request request) {
        MeshOptions stated = request.tag(MeshOptions.class);
        return stated != null ? stated : request.tag() instanceof MeshOptions said ? said : MeshOptions.DEFAULT;
    }

    @Override
    protected void ended() {
        underWay.decrement();
    }

    @Override
    protected CallContext newAttempt() {
        return new Attempt(this);
    }

    /** A caller who cancels is told what the attempt that ran then said, as OkHttp does; in a pause none ran. */
    IOException asTold(IOException e) {
        Attempt last = last();
        if (last == null || last.outcome() != Outcome.CANCELLED || !(e instanceof LogicalCall.Canceled)) {
            return e;
        }
        IOException said = last.failure();
        return said == null ? e : said;
    }

    /**
     * Whether the mesh had a part in a failure: an endpoint of its own, an earlier attempt, or a limit that ended this one.
     * Where it only looked on there is nothing to explain, and the exception stays as OkHttp made it.
     */
    boolean hasPartOfMesh() {
        Attempt last = last();
        if (last == null) {
            return false;
        }
        IOException cause = last.cancelCause();
        return last.toMesh || attempts() > 1 || (cause != null && !(cause instanceof LogicalCall.Canceled));
    }

    /** The attempt whose response, or failure, is the hop's. */
    @Nullable
    Attempt last() {
        return (Attempt) latest();
    }
}
