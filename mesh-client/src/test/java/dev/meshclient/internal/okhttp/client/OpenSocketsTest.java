package dev.meshclient.internal.okhttp.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class OpenSocketsTest {
    private final OpenSockets sockets = new OpenSockets(new StepTime());
    private final EndpointSocketFactory factory = new EndpointSocketFactory(new EndpointDns("127.0.0.1"), 80, sockets);

    @Test
    void a_socket_is_kept_until_it_is_closed_with_the_tls_socket_over_it() throws IOException {
        EndpointSocket socket = (EndpointSocket) factory.createSocket();
        sockets.opened(socket, socket);
        try (Socket tls = new Socket()) {
            socket.layered(tls);
            assertThat(sockets.count()).isEqualTo(2);
            socket.close();
            assertThat(sockets.count()).isZero();
        }
    }

    @Test
    void a_socket_that_is_closed_while_it_connects_is_not_kept() throws IOException {
        EndpointSocket socket = (EndpointSocket) factory.createSocket();
        socket.close();
        sockets.opened(socket, socket);
        assertThat(sockets.count()).isZero();
    }
}
