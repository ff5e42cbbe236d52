package dev.meshclient.benchmarks;

import java.util.List;
import java.util.Locale;

/** How the mesh calls OkHttp; chosen once in a JVM. */
enum CallPath {
    /** The default: OkHttp's internals where they are known. */
    DIRECT(),
    /** OkHttp's public API alone. */
    PUBLIC("-Dmesh.okhttp.publicApiOnly=true");

    private final List<String> jvmOptions;

    CallPath(String... jvmOptions) {
        this.jvmOptions = List.of(jvmOptions);
    }

    List<String> jvmOptions() {
        return jvmOptions;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
