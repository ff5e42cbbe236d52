package dev.meshclient.spring.actuate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.spring.LongWait;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** An application on this machine, and what its actuator answers. */
final class Actuator implements AutoCloseable {
    record Answer(int status, JsonNode body) {}

    private final OkHttpClient http = LongWait.client().build();
    private final ConfigurableApplicationContext context;

    private Actuator(ConfigurableApplicationContext context) {
        this.context = context;
    }

    static Actuator of(Class<?> application, String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--mesh.snapshot.enabled=false",
                "--management.endpoints.web.exposure.include=*"));
        Collections.addAll(all, properties);
        return new Actuator(SpringApplication.run(application, all.toArray(String[]::new)));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    Answer get(String path) throws IOException {
        String url = "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path;
        try (Response response =
                http.newCall(new Request.Builder().url(url).build()).execute()) {
            return new Answer(
                    response.code(), new ObjectMapper().readTree(response.body().string()));
        }
    }

    JsonNode body(String path) throws IOException {
        return get(path).body();
    }

    @Override
    public void close() {
        context.close();
    }
}
