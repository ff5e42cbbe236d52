package dev.meshclient.internal.okhttp.direct;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides once for the process which path its calls take, and logs it. */
public final class ChosenPath {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.connections");

    /** The versions that the gate runs the contract with. */
    static final List<String> TESTED = List.of("5.4.0", "5.5.0", "5.5.1");

    private static final String SWITCH = "mesh.okhttp.direct";

    private static @Nullable OkHttpPath chosen; // guarded by the class

    private ChosenPath() {}

    /**
     * Returns the path of this process; the first call chooses and logs it.
     *
     * @param version of OkHttp
     */
    public static synchronized OkHttpPath of(String version) {
        OkHttpPath known = chosen;
        if (known == null) {
            String obstacle = obstacle(version, switchedOff(), Signatures::missing);
            known = obstacle == null ? new DirectPath(version) : OkHttpPath.PUBLIC;
            LOG.info(line(version, obstacle));
            chosen = known;
        }
        return known;
    }

    private static @Nullable String switchedOff() {
        if ("false".equalsIgnoreCase(System.getProperty(SWITCH))) {
            return SWITCH + "=false";
        }
        return Boolean.getBoolean("mesh.okhttp.publicApiOnly") ? "mesh.okhttp.publicApiOnly=true" : null;
    }

    /**
     * The reason why calls take the public path; null: they take the direct one.
     *
     * @param property that switches the direct path off; null: none does
     * @param missing the first internal that is not as expected; null: none
     */
    static @Nullable String obstacle(String version, @Nullable String property, Supplier<@Nullable String> missing) {
        if (property != null) {
            return "-D" + property + " switches the direct path off";
        }
        if (!TESTED.contains(version)) {
            return "the direct path was tested with " + String.join(", ", TESTED) + " only";
        }
        return missing.get();
    }

    static String line(String version, @Nullable String obstacle) {
        return obstacle == null
                ? "calls use internals of OkHttp " + version + ", which saves memory and wake-ups (-D" + SWITCH
                        + "=false: its public API)"
                : "calls use the public API of OkHttp " + version + ": " + obstacle;
    }
}
