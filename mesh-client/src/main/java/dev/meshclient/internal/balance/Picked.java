package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.EndpointsLeft;
import dev.meshclient.internal.call.Pick;
import dev.meshclient.internal.endpoint.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The chosen endpoint of an attempt; releases it when the attempt ends. It keeps the plan and one bit for each step of the choice:
 * the reason in words is made only when asked for. The choice is immutable as soon as the attempt has it.
 */
final class Picked extends Steps implements Pick, Runnable {
    private final Balance balance;
    private final Attempt attempt;
    private final Plan plan;
    private @Nullable Endpoint endpoint;

    /** A step of a choice. */
    enum Step {
        /** The endpoint is ejected, and the attempt may return it. */
        PROBE(1),
        /** The key of the caller chose it. */
        KEY(2),
        /** The call has not tried it. */
        UNTRIED(4),
        /** The call has tried every endpoint. */
        ALL_TRIED(8),
        /** Another endpoint was drawn before, too soon after its return. */
        OTHER_IN_SLOW_START(16),
        /** Another endpoint was drawn before, which is not ejected only because too many are. */
        OTHER_EJECTION_ABORTED(32),
        /** Traffic returns by degrees, and this call not yet. */
        NOT_RETURNED(64),
        /** Not the algorithm chose it: it replaces the endpoint that the algorithm drew. */
        AT_RANDOM(128),
        /** It replaces an endpoint of another zone or priority: no share decides. */
        ELSEWHERE(256),
        /** The hash that the policy states chose it. */
        HASH(512),
        /** The hash of the key of the caller chose it. */
        HASH_OF_KEY(1024),
        /** Another endpoint is preferred that has too many attempts in flight. */
        OTHER_OVERLOADED(2048),
        /** Another endpoint was drawn before, which has too much to do. */
        OTHER_BUSY(4096),
        /** Another endpoint was drawn before, which is at its limit. */
        OTHER_AT_LIMIT(8192);

        private final int bit;

        Step(int bit) {
            this.bit = bit;
        }

        int bit() {
            return bit;
        }
    }

    Picked(Balance balance, Attempt attempt, Plan plan) {
        this.balance = balance;
        this.attempt = attempt;
        this.plan = plan;
    }

    void endpoint(Endpoint chosen) {
        endpoint = chosen;
    }

    @Override
    public Endpoint endpoint() {
        Endpoint chosen = endpoint;
        if (chosen == null) {
            throw new IllegalStateException("the endpoint is not chosen yet");
        }
        return chosen;
    }

    @Override
    public boolean isProbe() {
        return has(Step.PROBE);
    }

    @Override
    public int usable() {
        return plan.usable();
    }

    @Override
    public EndpointsLeft left() {
        return balance.leftAfter(attempt, attempt.isOver() ? null : endpoint().state());
    }

    /** The attempts in flight of its group, if its load is bounded. */
    @Nullable
    AtomicInteger groupLoad() {
        return isProbe() ? null : plan.hashed().load(level(), endpoint());
    }

    @Override
    public void run() {
        AtomicInteger load = groupLoad();
        if (load != null) {
            load.decrementAndGet();
        }
        balance.ended(attempt, endpoint());
    }

    @Override
    public String why(String remark) {
        Endpoint chosen = endpoint();
        if (isProbe()) {
            return "probe of an ejected endpoint" + (remark.isEmpty() ? "" : " (" + remark + ")");
        }
        List<String> parts = new ArrayList<>();
        String tried = has(Step.UNTRIED) || has(Step.ALL_TRIED) ? new Tried(attempt).toString() : "";
        if (has(Step.UNTRIED) && !tried.isEmpty()) {
            parts.add("not tried before, unlike " + tried);
        } else if (has(Step.ALL_TRIED)) {
            parts.add("tried again, as every endpoint was: " + tried);
        }
        parts.add(plan.reasons().why(level(), chosen, this));
        if (has(Step.NOT_RETURNED)) {
            parts.add("outside because traffic returns by degrees");
        }
        if (has(Step.OTHER_IN_SLOW_START)) {
            parts.add("instead of an endpoint in slow start");
        }
        if (has(Step.OTHER_OVERLOADED)) {
            parts.add("instead of an endpoint with too many attempts in flight (hashBalanceFactor)");
        }
        if (has(Step.OTHER_BUSY)) {
            parts.add("instead of an endpoint that answered 429");
        }
        if (has(Step.OTHER_AT_LIMIT)) {
            parts.add("instead of an endpoint at its limit (limits)");
        }
        if (has(Step.OTHER_EJECTION_ABORTED)) {
            parts.add("instead of an endpoint that fails, but is not ejected because too many are");
        }
        String start = EndpointPart.inWords(chosen.state(), plan.slowStart(), attempt.startedAt());
        if (!start.isEmpty()) {
            parts.add(start);
        }
        if (!remark.isEmpty()) {
            parts.add(remark);
        }
        return String.join(", ", parts);
    }
}
