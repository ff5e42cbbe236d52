package dev.meshclient.internal.metrics;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.NoRetry.Why;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.text.KnownMethods;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The series of the calls of one rule to one backend. */
final class CallSeries implements CallMeter {
    private static final Ending[] ENDINGS = Ending.values();
    private static final StatusClass[] STATUSES = StatusClass.values();

    /** The greatest number of series; real callers make some ten. */
    static final int MOST = KnownMethods.TAGS.size() * Ending.values().length * StatusClass.COUNT;

    private final LazyTimers timers;
    private final LazyCounters<Refused> refused;
    private final LazyCounters<Shadow> shadows;
    private final @Nullable IstioSeries istio;
    private final Key key;

    /** Their common tags. */
    record Key(String service, String rule, String backend) {
        private Tags tags(int method, int column) {
            Ending ending = ENDINGS[column / StatusClass.COUNT];
            return Tags.of(
                    "service", service,
                    "route", rule,
                    "backend", backend,
                    "method", KnownMethods.TAGS.get(method),
                    "status", STATUSES[column % StatusClass.COUNT].tag(),
                    "outcome", ending.outcome(),
                    "reason", ending.reason());
        }
    }

    /** The tags of a retry that was refused. */
    record Refused(String backend, Why why) {
        /** The reasons against a retry that the policy wants, other than those of the policy and of peers. */
        static final List<Why> REASONS = List.of(
                Why.BUDGET,
                Why.DEADLINE,
                Why.BODY,
                Why.UNSAFE,
                Why.RETRY_AFTER,
                Why.LIMIT,
                Why.UNPROCESSED,
                Why.BREAKER);

        Tags tags() {
            return Tags.of("backend", backend, "why", why.word());
        }
    }

    /** The tags of what a shadow section would have done. */
    record Shadow(String service, ShadowAction action) {
        Tags tags() {
            return Tags.of("service", service, "policy", action.section(), "would", action.word());
        }
    }

    /** @param istio the same by Istio's names; null: not asked for */
    CallSeries(
            SafeRegistry registry,
            LazyCounters<Refused> refused,
            LazyCounters<Shadow> shadows,
            @Nullable IstioSeries istio,
            Key key) {
        this.refused = refused;
        this.shadows = shadows;
        this.istio = istio;
        this.key = key;
        this.timers = new LazyTimers(
                registry, Metric.REQUESTS, KnownMethods.TAGS.size(), ENDINGS.length * StatusClass.COUNT, key::tags);
    }

    @Override
    public void ended(Call call) {
        int status = status(call);
        record(call, Ending.of(call, status), status);
        NoRetry none = call.noRetry();
        if (none != null) {
            if (Refused.REASONS.contains(none.why())) {
                refused.increment(new Refused(key.backend(), none.why()));
            }
        }
    }

    @Override
    public void shadow(String service, ShadowAction action) {
        shadows.increment(new Shadow(service, action));
    }

    /** The call fails before it has a target. */
    void failed(Call call, IOException e) {
        record(call, Ending.ofUntargeted(call, e), 0);
    }

    @SuppressWarnings("EnumOrdinal") // the place in a table of this process
    private void record(Call call, Ending ending, int status) {
        long nanos = call.elapsedNanos();
        timers.record(
                KnownMethods.number(call.request().method()),
                ending.ordinal() * StatusClass.COUNT + StatusClass.of(status).ordinal(),
                nanos);
        if (istio != null) {
            istio.ended(key.service(), call, ending, status, nanos);
        }
    }

    /** The status of the response that the caller gets: a retry that the mesh itself refuses has none. */
    private static int status(Call call) {
        Attempt attempt = call.deciding();
        while (attempt != null && attempt.status() == 0 && call.failure() == null) {
            attempt = attempt.previous();
        }
        return attempt == null ? 0 : attempt.status();
    }

    void close() {
        timers.close();
    }
}
