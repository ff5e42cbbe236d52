package dev.meshclient.internal.resolve;

import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Pick;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.call.Failures;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Gives each attempt the endpoints that its backend's names stand for now; only before the first answer it waits. */
public final class Resolve implements AttemptLayer {
    /** A resolver may take much longer to find out that nobody answers it. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private static final int NAMED = 3;

    private final Time time;
    private final String backend;
    private final ResolvedEndpoints.Part part;
    private final Function<List<Endpoint>, AttemptLayer> below;
    private volatile Made made;

    /** @param layers null: there is nobody to call */
    private record Made(
            ResolvedEndpoints.Members from, @Nullable AttemptLayer layers) {}

    private Resolve(
            Time time, String backend, ResolvedEndpoints.Part part, Function<List<Endpoint>, AttemptLayer> below) {
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
    public static AttemptLayer create(
            Time time, String backend, ResolvedEndpoints.Part part, Function<List<Endpoint>, AttemptLayer> below) {
        return new Resolve(time, backend, part, below);
    }

    private Made make(ResolvedEndpoints.Members from) {
        List<Endpoint> endpoints = from.of(part);
        return new Made(from, endpoints.isEmpty() && !from.names(part).isEmpty() ? null : below.apply(endpoints));
    }

    /** The layers for the answers of now; made anew by the first attempt after a change. */
    private @Nullable AttemptLayer current() {
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
    public Response call(Attempt attempt) throws IOException {
        AttemptLayer layers = current();
        if (layers == null) {
            layers = awaitAnswer(attempt);
        }
        try {
            return layers.call(attempt);
        } finally {
            if (current() != layers) { // there are others now than the layers below know of
                attempt.pick(new Outdated(attempt.pick()));
            }
        }
    }

    /** The choice of layers that do not know the endpoints of now. */
    private record Outdated(Pick choice) implements Pick {
        @Override
        public @Nullable Endpoint endpoint() {
            return choice.endpoint();
        }

        @Override
        public boolean hasAlternative() {
            return choice.hasAlternative();
        }
    }

    private AttemptLayer awaitAnswer(Attempt attempt) throws IOException {
        long until = time.now() + PATIENCE_NANOS;
        DnsCache all = part.roster().names();
        all.wake(attempt);
        try {
            AttemptLayer layers = current();
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
        AttemptLayer layers = current(); // an answer may have come between the two looks
        if (layers == null) {
            throw unknown(attempt);
        }
        return layers;
    }

    private boolean isFirstPending() {
        return part.roster().members().names(part).stream().anyMatch(DnsEntry::isFirstPending);
    }

    private NoHealthyEndpoint unknown(Attempt attempt) {
        long now = time.now();
        List<DnsEntry> names = part.roster().members().names(part);
        String problems = names.stream().limit(NAMED).map(n -> n.problem(now)).collect(Collectors.joining(", "));
        return attempt.refuse(decision -> Failures.make().noHealthyEndpoint(
                "no address of '" + backend + "' is known: " + problems
                        + (names.size() > NAMED ? ", and " + (names.size() - NAMED) + " more" : ""),
                "see whether DNS knows the name, and answers this host",
                decision));
    }

    @Override
    public String toString() {
        AttemptLayer layers = made.layers;
        return "resolve(" + part.roster() + ") > " + (layers == null ? "nobody yet" : layers);
    }
}
