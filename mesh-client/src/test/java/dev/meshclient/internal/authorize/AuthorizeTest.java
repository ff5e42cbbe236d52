package dev.meshclient.internal.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.meshclient.AccessDenied;
import dev.meshclient.Documents;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.AuthorizationEvent.Kind;
import dev.meshclient.internal.authz.Notice;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The authorize layer alone: what it refuses before a call is made, and what it leaves to the other end. */
class AuthorizeTest {
    private static final String WEB = "spiffe://shop.example/ns/prod/sa/web";

    private final StepTime time = new StepTime();
    private final List<AuthorizationEvent> reported = new ArrayList<>();
    private final CallLayer peer = call -> Calls.response(call.request(), 200);
    private @Nullable String identity = WEB;

    private CallLayer layer(String policies) throws IOException {
        Documents document =
                Documents.mesh("m").services(Documents.service("orders").with("'authorization': [" + policies + "]"));
        return Authorize.create(
                "orders",
                Objects.requireNonNull(document.readStrict().policy().services().get("orders"))
                        .settings()
                        .backend()
                        .access()
                        .authorization(),
                new Authorize.Caller(() -> identity, "eu-1a"),
                reported::add,
                peer);
    }

    private static String allow(String rule) {
        return "{'name': 'p', 'action': 'ALLOW', 'rules': [" + rule + "]}";
    }

    private static String deny(String rule) {
        return "{'name': 'p', 'action': 'DENY', 'rules': [" + rule + "]}";
    }

    private static Request.Builder to(String url) {
        return new Request.Builder().url(url);
    }

    private boolean passes(String policies, Request.Builder request) throws IOException {
        try {
            return Calls.call(time, request.build()).run(layer(policies)).code() == 200;
        } catch (AccessDenied e) {
            return false;
        }
    }

    @Test
    void a_service_without_policies_has_no_such_layer() {
        Authorize.Caller caller = new Authorize.Caller(() -> null, "");

        assertThat(Authorize.create("orders", null, caller, null, peer)).isSameAs(peer);
        assertThat(Authorize.create("orders", List.of(), caller, null, peer)).isSameAs(peer);
    }

    @Test
    void a_refusal_names_policy_and_rule() throws IOException {
        CallLayer layer = layer(deny("{'to': [{'operation': {'methods': ['POST']}}]}"));
        Call call = Calls.call(time, Calls.post());

        AccessDenied e = catchThrowableOfType(AccessDenied.class, () -> call.run(layer));

        assertThat(e)
                .hasMessage("'orders' does not allow " + WEB + " POST /: policy 'p', rules[0];"
                        + " change services.orders.authorization, or call as a principal that is allowed");
        assertThat(e.reason()).isEqualTo("RBAC");
        assertThat(e.policy()).isEqualTo("p");
        assertThat(e.rule()).isEqualTo("rules[0]");
        assertThat(reported)
                .containsExactly(new Notice(false, "orders", Kind.DENIED, "p", "rules[0]", WEB, "POST", "/"));
    }

    @Test
    void what_is_known_is_decided() throws IOException {
        assertThat(passes(allow("{'from': [{'source': {'principals': ['*/web']}}]}"), to("http://orders/")))
                .isTrue();
        assertThat(passes(allow("{'from': [{'source': {'principals': ['*/cart']}}]}"), to("http://orders/")))
                .isFalse();
        assertThat(passes(allow("{'to': [{'operation': {'paths': ['/a']}}]}"), to("http://orders/a?b")))
                .isTrue();
        assertThat(passes(allow("{'to': [{'operation': {'paths': ['/a']}}]}"), to("http://orders/b")))
                .isFalse();
        assertThat(passes(allow("{'to': [{'operation': {'hosts': ['orders:81']}}]}"), to("http://orders:81/")))
                .isTrue();
        assertThat(passes(allow("{'to': [{'operation': {'hosts': ['carts']}}]}"), to("http://orders/")))
                .isFalse();
        assertThat(passes(
                        allow("{'to': [{'operation': {'hosts': ['carts']}}]}"),
                        to("http://orders/").header("Host", "carts")))
                .isTrue();
        assertThat(passes(allow("{'when': [{'key': 'source.zone', 'values': ['us*']}]}"), to("http://orders/")))
                .isFalse();
        assertThat(passes(
                        deny("{'when': [{'key': 'request.headers[x-a]', 'values': ['1']}]}"),
                        to("http://orders/").header("X-A", "1")))
                .isFalse();
        assertThat(passes(
                        allow("{'to': [{'operation': {'methods': ['GET']}}]}"),
                        to("http://orders/").post(RequestBody.create(new byte[0]))))
                .isFalse();
    }

    @Test
    void what_the_other_end_may_find_out_is_left_to_it() throws IOException {
        for (String when : List.of(
                "'request.auth.claims[scope]', 'values': ['write']",
                "'request.auth.principal', 'notValues': ['*']",
                "'source.ip', 'values': ['10.0.0.0/8']",
                "'remote.ip', 'values': ['10.0.0.0/8']",
                "'destination.ip', 'values': ['10.0.0.0/8']",
                "'destination.port', 'values': ['81']",
                "'connection.sni', 'values': ['x']",
                "'request.headers[traceparent]', 'values': ['*']",
                "'request.headers[authorization]', 'values': ['*']")) {
            assertThat(passes(allow("{'when': [{'key': " + when + "}]}"), to("http://orders/")))
                    .as(when)
                    .isTrue();
            assertThat(passes(deny("{'when': [{'key': " + when + "}]}"), to("http://orders/")))
                    .as(when)
                    .isTrue();
        }
        identity = null;
        assertThat(passes(allow("{'from': [{'source': {'principals': ['x']}}]}"), to("http://orders/")))
                .isTrue();
        assertThat(passes(deny("{'from': [{'source': {'principals': ['*']}}]}"), to("http://orders/")))
                .isTrue();
    }

    @Test
    void a_path_that_the_other_end_may_read_otherwise_is_left_to_it() throws IOException {
        String onlyA = allow("{'to': [{'operation': {'paths': ['/a']}}]}");

        for (String path : List.of("/%62", "/b%2Fa", "/b//a", "/b;x")) {
            assertThat(passes(onlyA, to("http://orders" + path))).as(path).isTrue();
        }
        assertThat(passes(onlyA, to("http://orders/x/../b")))
                .as("OkHttp sends /b")
                .isFalse();
    }

    @Test
    void shadows_and_audits_are_reported() throws IOException {
        assertThat(passes(
                        "{'name': 'next', 'action': 'DENY', 'shadow': true, 'rules': [{}]},"
                                + " {'name': 'watch', 'action': 'AUDIT', 'rules': [{}]}",
                        to("http://orders/a")))
                .isTrue();
        assertThat(reported).extracting(AuthorizationEvent::kind).containsExactly(Kind.AUDITED, Kind.WOULD_BE_DENIED);
    }
}
