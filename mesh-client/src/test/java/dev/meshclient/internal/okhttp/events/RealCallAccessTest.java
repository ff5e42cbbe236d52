package dev.meshclient.internal.okhttp.events;

import static org.assertj.core.api.Assertions.assertThat;

import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** With the OkHttp that we are built for, on the class path, all that we look for is there: a new version that moves it shows here. */
@DisabledIfSystemProperty(named = "mesh.okhttp.publicApiOnly", matches = "true")
class RealCallAccessTest {
    private final OkHttpClient client = new OkHttpClient();
    private final Call call =
            client.newCall(new Request.Builder().url("http://orders/").build());

    @Test
    void a_call_shows_its_client_and_whether_it_is_a_web_socket() {
        assertThat(RealCallAccess.canFindClient()).isTrue();
        assertThat(RealCallAccess.client(call)).isSameAs(client);
        assertThat(RealCallAccess.isWebSocket(call)).isFalse();
    }

    @Test
    void connections_show_their_calls() {
        assertThat(RealCallAccess.canFindCalls()).isTrue();
    }

    @Test
    void its_listener_can_be_replaced() {
        assertThat(RealCallAccess.canReplaceListener()).isTrue();
        assertThat(RealCallAccess.replaceListener(call, new EventListener() {})).isTrue();
    }

    @Test
    void what_hides_the_internals_is_what_the_warning_asks_to_change() {
        assertThat(RealCallAccess.jvmToRun(true)).contains("mesh.okhttp.publicApiOnly");
        assertThat(RealCallAccess.jvmToRun(false)).contains("--add-exports");
    }
}
