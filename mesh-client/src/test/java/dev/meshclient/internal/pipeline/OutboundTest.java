package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Workload;
import dev.meshclient.internal.balance.Balance;
import dev.meshclient.internal.control.Applied;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.limit.LimitSettings;
import dev.meshclient.internal.outlier.Ejections;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.retry.RetryBudget;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Tls;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which layers a policy compiles to, and in which order: the printed pipeline. */
class OutboundTest {
    private static String compiled(List<CallObserver.Factory> observers, String services) throws PolicyException {
        Router router = Router.withoutNames(
                new StepTime(),
                Workload.of("web").zone("eu/eu-1a"),
                Telemetry.of(Events.of(new StepTime(), observers, List.of())),
                EntrySettings.NONE,
                Duration.ofHours(1));
        router.control()
                .apply(Documents.mesh("test")
                        .epoch("e")
                        .version(7)
                        .services(services)
                        .read());
        return router.toString();
    }

    @Test
    void with_everything_on_every_layer_is_there_in_its_place() throws PolicyException {
        String printed = compiled(List.of(call -> new CallObserver() {}), """
                "orders": {
                  "hosts": ["orders"],
                  "endpoints": [
                    {"address": "10.0.0.1", "port": 80, "locality": "eu/eu-1a"},
                    {"address": "10.0.0.2", "port": 80, "locality": "eu/eu-1b"}],
                  "rules": [
                    {"name": "reads", "matches": [{"path": {"type": "PathPrefix", "value": "/v1"}, "method": "GET"}],
                     "backendRefs": [{"name": "orders"}],
                     "timeouts": {"request": "3s", "backendRequest": "500ms"},
                     "retry": {"attempts": 3, "codes": [503, 429], "retryOn": ["connect-failure"]}}],
                  "circuitBreaker": {"slidingWindowSize": 20, "ignoredStatusCodes": [501]},
                  "rateLimit": {"limitForPeriod": 100, "limitRefreshPeriod": "1s", "timeoutDuration": "250ms"},
                  "limits": {"maxRequests": 64}}
                """);
        assertThat(printed).isEqualTo("""
                policy e/7
                call events > route(orders)
                  rule reads -> orders x1: deadline(3000 ms)\
                 > breaker(opens at 50 % failures or 100 % slower than 1m in 20 attempts, of at least 20, for 1m,\
                 then 10 probes, ignores [501]) > limit(64)\
                 > rate limit(100 calls in 1s, others wait up to 250ms) > retry(3 on [CONNECT_FAILURE] [429, 503])\
                 > balance([eu-1a 100 % of 1, eu-1b 0 % of 1], SPILL, panic below 50 %)\
                 > outlier(5 x 5xx, 0 x gateway, 5 x no response, 1.9 deviations of 5 with 100 results, 0 % failures of 5 with 50 results, each 10000 ms, ejected for 30000 to 300000 ms, at most 50 %)\
                 > attempt events > count for breaker > attempt timer(500 ms) > wire""");
    }

    @Test
    void of_a_version_before_a_restart_nothing_else_is_known() throws PolicyException {
        Router router = Router.withoutNames(
                new StepTime(),
                Workload.of("web"),
                Telemetry.none(new StepTime()),
                EntrySettings.NONE,
                Duration.ofHours(1));
        PolicyDocument document = Documents.mesh("test").epoch("e").version(7).read();
        assertThat(router.control()
                        .resume(AppliedPolicy.NONE, List.of(document.policy().metadata())))
                .isTrue();

        assertThat(router.control().apply(document)).isEqualTo(Applied.IN_FORCE);
        assertThat(router.control().apply(document)).isEqualTo(Applied.NOTHING_NEW);
    }

    @ParameterizedTest
    @CsvSource({"STATIC, MESH_MUTUAL, true", "NONE, MESH_MUTUAL, false", "NONE, MUTUAL, false", "STATIC, SIMPLE, false"
    })
    void we_are_known_where_the_mesh_connects_and_shows_who_we_are(
            Resolution resolution, Tls.Mode mode, boolean known) {
        StepTime time = new StepTime();
        LocalWorkload self = LocalWorkload.of(
                Workload.of("web"),
                () -> "spiffe://a.example/web",
                time,
                Map.of(),
                (uri, max, timeout) -> {
                    throw new IOException("no server is there");
                },
                (backend, to) -> {});
        Outbound outbound = new Outbound(
                time,
                Telemetry.none(time),
                self,
                new DnsCache(time, name -> List.of(), () -> {}),
                new RecentAttempts(0),
                new Pipeline());
        Backend backend = new Backend("orders", "orders", resolution, AppProtocol.HTTP, Tls.of(mode), null, 0, 0);
        ServiceState service = new ServiceState();
        BackendState state = new BackendState();
        EndpointSet none = EndpointSet.stated(service, EndpointList.NONE, Map.of());
        Balance.Origin origin = new Balance.Origin(Locality.NONE, Map.of(), Map.of());
        Ejections ejections = outbound.ejections("orders", none, state, BackendSettings.NONE);
        CompiledBackend shared = new CompiledBackend(
                "orders",
                "orders",
                service,
                state,
                none,
                backend.hasEndpoints(),
                null,
                LimitSettings.of(Limits.NONE, false),
                outbound.budget(service.get(RetryBudget.SLOT), state, BackendSettings.NONE),
                outbound.planner("orders", none, state, BackendSettings.NONE, origin),
                ejections,
                outbound.checks(backend, none, state, BackendSettings.NONE, ejections),
                outbound.breaker(backend, service, state, BackendSettings.NONE),
                outbound.rateLimit("orders", state, BackendSettings.NONE));
        BackendPlan plan = new BackendPlan(backend, RouteSettings.NONE, BackendSettings.NONE, shared);

        assertThat(outbound.caller(plan).identity().get()).isEqualTo(known ? "spiffe://a.example/web" : null);
    }

    @Test
    void what_is_not_stated_is_built_in_and_an_unused_layer_is_not_there() throws PolicyException {
        String printed = compiled(List.of(), """
                "orders": {"hosts": ["orders"], "endpoints": [{"address": "10.0.0.1", "port": 80}]}
                """);
        assertThat(printed).isEqualTo("""
                policy e/7
                route(orders)
                  rule default -> orders x1: deadline(15000 ms) > limit(1024)\
                 > retry(2 on [CONNECT_FAILURE, REFUSED_STREAM, RESET_BEFORE_REQUEST, RESET, ATTEMPT_TIMEOUT]\
                 [502, 503, 504]) > balance([* 100 % of 1], SPILL, panic below 50 %)\
                 > outlier(5 x 5xx, 0 x gateway, 5 x no response, 1.9 deviations of 5 with 100 results, 0 % failures of 5 with 50 results, each 10000 ms, ejected for 30000 to 300000 ms, at most 50 %)\
                 > wire""");
    }

    @Test
    void for_a_service_without_endpoints_of_ours_nothing_is_built_in() throws PolicyException {
        String printed = compiled(List.of(), """
                "any": {"hosts": ["*"], "resolution": "NONE"}
                """);
        assertThat(printed).isEqualTo("""
                policy e/7
                route(any)
                  rule default -> any x1: deadline(if the caller states one) > once > wire""");
    }

    @Test
    void authorization_comes_first_and_the_token_is_added_next_to_the_wire() throws PolicyException {
        String printed = compiled(List.of(), """
                "orders": {
                  "hosts": ["orders"],
                  "endpoints": [{"address": "10.0.0.1", "port": 80}],
                  "retry": {"attempts": 0},
                  "outlierDetection": {"maxEjectionPercent": 0},
                  "tls": {"mode": "SIMPLE"},
                  "credentials": {"token": "orders"},
                  "authorization": [
                    {"name": "reads", "action": "ALLOW", "rules": [{}]},
                    {"name": "next", "action": "DENY", "shadow": true, "rules": []}]}
                """);
        assertThat(printed)
                .contains("rule default -> orders x1: authorize(ALLOW reads, shadow DENY next) > deadline(15000 ms)")
                .endsWith(" > bearer(orders) > wire");
    }
}
