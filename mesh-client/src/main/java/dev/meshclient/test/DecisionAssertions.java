package dev.meshclient.test;

import dev.meshclient.Decision;
import dev.meshclient.Mesh;
import java.util.List;
import java.util.Objects;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Assertions on the decision of a call. Each throws an {@link AssertionError} that prints the whole decision. */
public final class DecisionAssertions {
    private final Decision decision;

    private DecisionAssertions(Decision decision) {
        this.decision = decision;
    }

    /** Of the call that got this response. */
    public static DecisionAssertions that(Response response) {
        return that(Mesh.decision(response));
    }

    /** Of the call that failed with this exception. */
    public static DecisionAssertions that(Throwable failure) {
        return that(Mesh.decision(failure));
    }

    /** Of a decision. */
    public static DecisionAssertions that(Decision decision) {
        Objects.requireNonNull(decision, "decision must not be null: pass the decision of a call");
        return new DecisionAssertions(decision);
    }

    /** The service that claims the host. */
    public DecisionAssertions service(String expected) {
        return equal("service", expected, decision.service());
    }

    /** The rule that matched. */
    public DecisionAssertions rule(String expected) {
        return equal("rule", expected, decision.rule());
    }

    /** {@code service} or {@code service/subset}. */
    public DecisionAssertions backend(String expected) {
        return equal("backend", expected, decision.backend());
    }

    /** The number of attempts. */
    public DecisionAssertions attempts(int expected) {
        return equal("number of attempts", expected, decision.attempts().size());
    }

    /** The endpoint of the last attempt, {@code address:port}. */
    public DecisionAssertions endpoint(String expected) {
        List<Decision.Attempt> attempts = decision.attempts();
        return equal(
                "endpoint",
                expected,
                attempts.isEmpty() ? null : attempts.get(attempts.size() - 1).endpoint());
    }

    /** The endpoints of all attempts, in order. */
    public DecisionAssertions endpoints(String... expected) {
        Objects.requireNonNull(expected, "expected must not be null: pass what you expect, or nothing");
        return equal(
                "endpoints",
                List.of(expected),
                decision.attempts().stream().map(Decision.Attempt::endpoint).toList());
    }

    /** The outcomes of all attempts in a word, in order: {@code response}, {@code connect-failure}, {@code reset}. */
    public DecisionAssertions outcomes(String... expected) {
        Objects.requireNonNull(expected, "expected must not be null: pass what you expect, or nothing");
        return equal(
                "outcomes",
                List.of(expected),
                decision.attempts().stream().map(Decision.Attempt::outcome).toList());
    }

    /** A part of the remark, such as {@code retry budget exhausted}. */
    public DecisionAssertions detail(String part) {
        Objects.requireNonNull(part, "part must not be null: pass a part of the remark");
        return decision.detail().contains(part) ? this : fail("detail", part, decision.detail());
    }

    private DecisionAssertions equal(String what, Object expected, @Nullable Object actual) {
        Objects.requireNonNull(expected, "expected must not be null: pass what you expect");
        return expected.equals(actual) ? this : fail(what, expected, actual);
    }

    private DecisionAssertions fail(String what, Object expected, @Nullable Object actual) {
        throw new AssertionError(
                "expected " + what + " <" + expected + "> but was <" + actual + ">, decision: " + decision);
    }
}
