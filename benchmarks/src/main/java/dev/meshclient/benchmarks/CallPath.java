package dev.meshclient.benchmarks;

import dev.meshclient.internal.okhttp.direct.ChosenPath;
import dev.meshclient.internal.okhttp.direct.OkHttpPath;
import java.util.List;
import java.util.Locale;
import okhttp3.OkHttp;

/** The mesh of a JVM calls OkHttp by one of these paths. */
enum CallPath {
    /** The default: OkHttp's internals where they are known. */
    DIRECT(),
    /** OkHttp's public API alone. */
    PUBLIC("-Dmesh.okhttp.direct=false");

    private final List<String> jvmOptions;

    CallPath(String... jvmOptions) {
        this.jvmOptions = List.of(jvmOptions);
    }

    /** @throws IllegalStateException if the calls of this JVM take the other one */
    void requireInUse() {
        CallPath inUse = ChosenPath.of(OkHttp.VERSION) == OkHttpPath.PUBLIC ? PUBLIC : DIRECT;
        if (inUse != this) {
            throw new IllegalStateException("the calls of this JVM take the " + inUse + " path, not the " + this
                    + " one: is OkHttp " + OkHttp.VERSION + " tested with the direct path?");
        }
    }

    List<String> jvmOptions() {
        return jvmOptions;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
