package dev.meshclient;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the mesh would do with a request now, and why; nothing is sent. Without a request, the same of a service: its rules,
 * backends, endpoints and settings. Only the mesh implements these types; methods may be added.
 */
public interface Explanation {
    /** The method and the URL, without user, query and fragment; empty: there is no request. */
    String request();

    /** Whether the request would be sent. */
    Result result();

    /**
     * The revision of the document with the rules; where no service decides, that of the policy in force. Empty before the first
     * policy.
     */
    String policy();

    /** The service that claims the host; empty if none does. */
    String service();

    /** The failure of the call if it is certain; if each backend of the rule refuses it, that of the first. Null: it is not. */
    @Nullable
    Refusal refusal();

    /** Facts about the whole call, each a sentence. */
    List<String> remarks();

    /** All matches of the rules in the order in which they are compared with a request. */
    List<Rule> rules();

    /** The rule that matches the request; null: none does, or there is no request. */
    default @Nullable Rule rule() {
        return rules().stream()
                .filter(rule -> rule.state() == Rule.State.MATCHES)
                .findFirst()
                .orElse(null);
    }

    /** All facts as a JSON object. */
    String toJson();

    /** All facts as text for a terminal; of each backend at most 100 endpoints. */
    @Override
    String toString();

    /** Whether a request would be sent. */
    enum Result {
        /** The mesh sends it to an endpoint of a backend. */
        SENT,
        /** The mesh refuses it. */
        REFUSED,
        /** It waits for policy or addresses first. */
        WAITS,
        /** It is no call of the mesh: the caller's own client sends it. */
        OUTSIDE
    }

    /** A failure before the request is sent. */
    interface Refusal {
        /** The simple name of its exception, such as {@code NoRoute}. */
        String exception();

        /** Its letters, as {@link MeshFailure#reason}. */
        String reason();

        /** The message of the exception. */
        String message();
    }

    /** A rule, with one of its matches. */
    interface Rule {
        /** Its name, or its position; {@code default}: the implicit rule of a service without rules. */
        String name();

        /** The condition for requests, in words. */
        String condition();

        /** Whether it decides this request. */
        State state();

        /** The first condition that the request does not fulfil, or why that is not known; empty if it fulfils all. */
        String why();

        /** Its backends, if it matches or there is no request; otherwise empty. */
        List<Backend> backends();

        /** Whether a rule decides a request. */
        enum State {
            /** There is no request. */
            STATED,
            /** The request does not fulfil a condition. */
            DIFFERS,
            /** This rule decides. */
            MATCHES,
            /** A rule before it decides. It would match, unless {@link #why} states why that is not known. */
            LATER,
            /** No rule before it matches, and a regular expression gives up: the call is refused. */
            UNKNOWN
        }
    }

    /** A backend of a rule. */
    interface Backend {
        /** {@code service} or {@code service/subset}. */
        String name();

        /** Its weight in the rule. */
        int weight();

        /** Its share of the calls of the rule, 0 to 1. */
        double share();

        /** The failure of its calls if it is certain; null otherwise. */
        @Nullable
        Refusal refusal();

        /** Facts about calls to this backend, each a sentence. */
        List<String> remarks();

        /** How calls are distributed over priorities and localities. */
        List<Locality> localities();

        /** All its endpoints. */
        List<Endpoint> endpoints();

        /** The settings in effect. */
        List<Setting> settings();
    }

    /** A priority, or how its calls are distributed: these entries follow their priority in the list. */
    interface Locality {
        /** The kind of the entry. */
        Kind kind();

        /** {@code priority 1}, or the name of a zone or locality; empty for {@link Kind#DISTRIBUTION}. */
        String name();

        /** Its share of the first attempts to the backend, 0 to 1. */
        double share();

        /** The arithmetic of the share, in words. */
        String why();

        /** The kind of an entry. */
        enum Kind {
            /** Endpoints that get calls before those of the next priority. */
            PRIORITY,
            /** How the calls of the priority are distributed over its zones, in words; its share is that of the priority. */
            DISTRIBUTION,
            /** A zone of the priority. */
            ZONE,
            /** A locality of the priority, as {@code localityLbSetting.distribute} states it. */
            LOCALITY
        }
    }

    /** An endpoint of a backend. */
    interface Endpoint {
        /** {@code address:port}. */
        String address();

        /** {@code region/zone/subzone}; empty: not stated. */
        String locality();

        /**
         * Its share of the first attempts to the backend, 0 to 1, by weight: the load balancer also regards attempts in flight.
         * 0: it gets none.
         */
        double share();

        /** Its state in a word: {@code usable}, {@code ejected}, {@code probing}, {@code slow-start}, {@code degraded}, {@code draining}, {@code unhealthy} or {@code unused}. */
        String state();

        /** The reason of its state; empty: there is none to state. */
        String why();
    }

    /** A setting in effect. */
    interface Setting {
        /** The field in the document, such as {@code timeouts.request}. */
        String name();

        /** Its value as text; {@code none}: it does not apply. */
        String value();

        /** Where it is stated. */
        Source source();
    }

    /** Where a setting is stated; each takes precedence over those below it. */
    enum Source {
        /** The caller: {@link MeshOptions} of the request. */
        CALLER,
        /** The rule. */
        RULE,
        /** The subset of the backend. */
        SUBSET,
        /** The service. */
        SERVICE,
        /** The service or the defaults: the service is kept from an earlier document or process, in which they are merged. */
        SERVICE_OR_DEFAULTS,
        /** The defaults of the document. */
        DEFAULTS,
        /** No one: the value is built in. */
        BUILT_IN
    }
}
