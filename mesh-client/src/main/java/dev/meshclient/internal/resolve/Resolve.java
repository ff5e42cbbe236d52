package dev.meshclient.internal.resolve;

import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Gives each attempt the endpoints that its backend's names stand for now; only before the first answer it waits. */
public final class Resolve implements Layer {
    /** A resolver may take much longer to find out that nobody answers it. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private static final int NAMED = 3;

    private final Time time;
    private final String backend;
    private final ResolvedEndpoints.Part part;
    private final Function<List<Endpoint>, Layer> below;
    private volatile Made made;

    /** @param layers null: there is nobody to call */
    private record Made(
            ResolvedEndpoints.Members from, @Nullable Layer layers) {}

    private Resolve(Time time, String backend, ResolvedEndpoints.Part part, Function<List<Endpoint>, Layer> below) {
        this.time = time;
        this.backend = backend;
        this.part = part;
        this.below = below;
        this.made = make(part.roster().members());
    }

    /**
     * @param backend for people
     * @param below makes the layers for these endpoints; called again when they become others
     */
    public static Layer create(
            Time time, String backend, ResolvedEndpoints.Part part, Function<List<Endpoint>, Layer> below) {
        return new Resolve(time, backend, part, below);
    }

    private Made make(ResolvedEndpoints.Members from) {
        List<Endpoint> endpoints = from.of(part);
        return new Made(from, endpoints.isEmpty() && !from.names(part).isEmpty() ? null : below.apply(endpoints));
    }

    /** The layers for the answers of now; made anew by the first attempt after a change. */
    private @Nullable Layer current() {
        Made now = made;
        if (now.from == part.roster().members()) {
            return now.layers;
        }
        synchronized (this) {
            ResolvedEndpoints.Members from = part.roster().members();
            if (made.from != from) {
                made = make(from);
            }
            return made.layers;
        }
    }

    @Override
    public Response call(CallContext attempt) throws IOException {
        Layer layers = current();
        if (layers == null) {
            layers = awaitAnswer(attempt);
        }
        try {
            return layers.call(attempt);
        } finally {
            if (current() != layers) { // there are others now than the layers below know of
                attempt.choice(null);
            }
        }
    }

    private Layer awaitAnswer(CallContext attempt) throws IOException {
        long until = time.now() + PATIENCE_NANOS;
        DnsCache all = part.roster().names();
        all.wake(attempt);
        try {
            Layer layers = current();
            while (layers == null && isFirstPending() && !all.isClosed() && time.now() < until) {
                attempt.await(until);
                layers = current();
            }
            if (layers != null) {
                return layers;
            }
        } catch (IOException cancelled) {
            attempt.failed(attempt.cancelledAs(), cancelled);
            throw cancelled;
        } finally {
            all.letSleep(attempt);
        }
        Layer layers = current(); // an answer may have come between the two looks
        if (layers == null) {
            throw unknown(attempt);
        }
        return layers;
    }

    private boolean isFirstPending() {
        return part.roster().members().names(part).stream().anyMatch(DnsEntry::isFirstPending);
    }

    private NoHealthyEndpoint unknown(CallContext attempt) {
        long now = time.now();
        List<DnsEntry> names = part.roster().members().names(part);
        String problems = names.stream().limit(NAMED).map(n -> n.problem(now)).collect(Collectors.joining(", "));
        NoHealthyEndpoint e = Failures.make()
                .noHealthyEndpoint(
                        "no address of '" + backend + "' is known: " + problems
                                + (names.size() > NAMED ? ", and " + (names.size() - NAMED) + " more" : ""),
                        "see whether DNS knows the name, and answers this host",
                        attempt.decision());
        attempt.failed(Outcome.REFUSED, e);
        return e;
    }

    @Override
    public String toString() {
        Layer layers = made.layers;
        return "resolve(" + part.roster() + ") > " + (layers == null ? "nobody yet" : layers);
    }
}
