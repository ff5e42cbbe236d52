package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** A mesh without metrics loads no class of Micrometer: it works even where there are none. */
class MicrometerAbsentTest {
    /** Runs in the other class loader. */
    public static final class OneCall implements Callable<String> {
        @Override
        public String call() throws Exception {
            Mesh.preload();
            try (MockWebServer server = new MockWebServer()) {
                server.start();
                server.enqueue(new MockResponse.Builder().body("ok").build());
                Documents document =
                        Documents.mesh("t").services(Documents.service("orders").endpoint(server.getPort()));
                try (Mesh mesh = Mesh.builder()
                                .policy(document.source())
                                .snapshotDirectory(null)
                                .build();
                        Response response = mesh.wrap(new OkHttpClient())
                                .newCall(new Request.Builder()
                                        .url("http://orders/")
                                        .build())
                                .execute()) {
                    return response.body().string();
                }
            }
        }
    }

    @Test
    void a_mesh_without_metrics_needs_no_micrometer() throws Exception {
        URL[] others = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("micrometer-"))
                .map(entry -> {
                    try {
                        return Path.of(entry).toUri().toURL();
                    } catch (java.net.MalformedURLException e) {
                        throw new IllegalArgumentException(e);
                    }
                })
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(others, ClassLoader.getPlatformClassLoader())) {
            assertThat(loader.getResource("io/micrometer/core/instrument/MeterRegistry.class"))
                    .isNull();
            Object call = loader.loadClass(OneCall.class.getName())
                    .getDeclaredConstructor()
                    .newInstance();
            assertThat(((Callable<?>) call).call()).isEqualTo("ok");
        }
    }
}
