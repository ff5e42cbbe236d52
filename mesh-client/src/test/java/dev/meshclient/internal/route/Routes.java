package dev.meshclient.internal.route;

import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Match;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.ValueMatch;
import java.util.List;
import java.util.stream.Stream;
import okhttp3.Request;

/** What tests of routes need. */
final class Routes {
    private Routes() {}

    static Request get(String url) {
        return new Request.Builder().url(url).build();
    }

    static Route.WeightedBackend branch(String backend, int weight, CallLayer layers) {
        Backend to = new Backend(
                backend, backend, Resolution.STATIC, AppProtocol.HTTP, Tls.of(Tls.Mode.DISABLE), null, 0, 0);
        return new Route.WeightedBackend(
                new Target(new Revision("version 7"), "orders", "all", to, false, CallMeter.NONE), weight, layers);
    }

    static PathMatch.Type pathType(String word) {
        return Stream.of(PathMatch.Type.values())
                .filter(t -> t.word().equals(word))
                .findFirst()
                .orElseThrow();
    }

    static Match path(String type, String value) {
        return new Match(new PathMatch(pathType(type), value), null, List.of(), List.of());
    }

    static ValueMatch exact(String name, String value) {
        return new ValueMatch(name, ValueMatch.Type.EXACT, value);
    }

    static ValueMatch regex(String name, String value) {
        return new ValueMatch(name, ValueMatch.Type.REGULAR_EXPRESSION, value);
    }

    static Match header(ValueMatch... values) {
        return new Match(null, null, List.of(values), List.of());
    }

    static Match query(ValueMatch... values) {
        return new Match(null, null, List.of(), List.of(values));
    }
}
