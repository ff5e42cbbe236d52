package dev.meshclient.internal.call;

import dev.meshclient.Decision;
import dev.meshclient.Explanation;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gets from the layers, from the top down, what they would do with a call, while nothing is sent. */
public interface ExplanationSink {
    /** Where the settings of calls are stated. */
    @FunctionalInterface
    interface Sources {
        /**
         * Finds the source of a field of the settings of calls that a rule sends to a backend.
         *
         * @param service the service with the rule
         * @param rule the position of the rule in the document
         */
        Function<String, Explanation.Source> of(String service, int rule, Backend backend);
    }

    /** The call that would pass the layers; null: there is no request, and layers state their settings alone. */
    @Nullable
    Call call();

    /** The decision of a call that arrives here, for the exceptions that it would fail with. */
    Decision decision();

    /** Adds a fact, in a sentence. */
    void remark(String text);

    /** The call would fail with this; only the first counts. */
    void refuse(IOException failure);

    /**
     * As {@link #refuse}, by endpoint; after all endpoints are stated. The call is refused if an attempt at each endpoint with a
     * share fails.
     *
     * @param failure the failure of an attempt at an endpoint; null: it is not certain. Its argument is null if the policy
     *     lists no endpoints
     */
    void refuseAt(Function<@Nullable Endpoint, @Nullable IOException> failure);

    /** The call would wait before anything else is known, so that later refusals do not count. */
    void await(String what);

    /** The service whose rules decide, and the document that states them. */
    void service(String name, String revision);

    /**
     * Adds a match of a rule; the rules are added in the order in which a call compares them.
     *
     * @param number the position of the rule in the document
     * @param why the first condition that the request does not fulfil
     */
    void rule(String name, int number, String condition, Explanation.Rule.State state, String why);

    /**
     * Adds a backend to the last rule.
     *
     * @return the sink of the layers below, whose call has this target
     */
    ExplanationSink backend(Target target, int weight, double share);

    /**
     * Adds a setting in effect.
     *
     * @param field its name in the document
     * @param value a duration of zero and null: it does not apply
     */
    void setting(String field, @Nullable Object value);

    /**
     * Adds a setting of a section with {@code shadow: true} that something else is in effect for: {@link #setting} states it, or
     * nothing applies.
     */
    void shadowSetting(String field, @Nullable Object value);

    /**
     * As {@link #setting} or {@link #shadowSetting}, of what needs a second endpoint: if fewer admit calls it does not apply.
     *
     * @param otherwise a remark for that case
     */
    void settingOfSeveral(String field, Object value, boolean shadow, String otherwise);

    /** As {@link #setting}, stated by the caller. */
    void settingOfCaller(String field, Object value);

    /** Adds a priority or locality of the backend, or the distribution over localities. */
    void locality(Explanation.Locality.Kind kind, String name, double share, String why);

    /** Adds an endpoint of the backend. */
    void endpoint(Endpoint endpoint, double share, String state, String why);
}
