package dev.meshclient.internal.okhttp;

import java.io.IOException;
import java.net.URL;
import java.security.CodeSource;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.OkHttpClient;

/**
 * The OkHttp on the class path of the process. Maven puts {@code okhttp} 4, which other libraries ask for, beside {@code okhttp-jvm} 5:
 * one package from two jars, of which the first one on the class path is loaded.
 */
public final class OkHttpVersion {
    private static final int MAJOR = 5;
    private static final int MINOR = 4;
    private static final String RECOMMENDED = "5.5.1"; // what the mesh is built and tested with
    private static final String BEFORE_4 = "3.x";
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}|x)(\\D.*)?");

    private OkHttpVersion() {}

    /** @throws IllegalStateException if that version is too old for the mesh */
    public static void check() {
        check(found(), OkHttpVersion::jars);
    }

    /** @param jars what contains OkHttp, the loaded one first; for the message, since it opens every jar of the process */
    static void check(String version, Supplier<Set<String>> jars) {
        Matcher numbers = NUMBERS.matcher(version);
        boolean old = numbers.matches()
                && (Integer.parseInt(numbers.group(1)) < MAJOR
                        || (Integer.parseInt(numbers.group(1)) == MAJOR && Integer.parseInt(numbers.group(2)) < MINOR));
        if (old) {
            throw new IllegalStateException("mesh-client needs OkHttp " + MAJOR + "." + MINOR + " or later, not "
                    + version
                    + "; found in " + String.join(", then in ", jars.get())
                    + ". Another library asks for the older one. In Maven's"
                    + " dependencyManagement:\n"
                    + "  <dependency><groupId>com.squareup.okhttp3</groupId><artifactId>okhttp-bom</artifactId>\n"
                    + "    <version>" + RECOMMENDED + "</version><type>pom</type><scope>import</scope>\n"
                    + "  </dependency>\n"
                    + "In Gradle: implementation(platform(\"com.squareup.okhttp3:okhttp-bom:" + RECOMMENDED + "\"))");
        }
    }

    /**
     * The version. By name: OkHttp 3 lacks the class, or that of a later jar is loaded beside it. By reflection: the compiler may copy a
     * constant.
     */
    static String found() {
        try {
            Class<?> named = Class.forName("okhttp3.OkHttp", false, OkHttpClient.class.getClassLoader());
            return isOfOneJar(named, OkHttpClient.class)
                    ? (String) named.getField("VERSION").get(null)
                    : BEFORE_4;
        } catch (ClassNotFoundException e) {
            return BEFORE_4;
        } catch (ReflectiveOperationException e) {
            return "unknown"; // later than all that are known here
        }
    }

    static boolean isOfOneJar(Class<?> one, Class<?> other) {
        CodeSource first = one.getProtectionDomain().getCodeSource();
        CodeSource second = other.getProtectionDomain().getCodeSource();
        return first == null || second == null || Objects.equals(first.getLocation(), second.getLocation());
    }

    private static Set<String> jars() {
        Set<String> jars = new LinkedHashSet<>();
        String client = OkHttpClient.class.getName().replace('.', '/') + ".class";
        ClassLoader loader = OkHttpClient.class.getClassLoader();
        try {
            for (URL url : Collections.list(
                    loader == null ? ClassLoader.getSystemResources(client) : loader.getResources(client))) {
                jars.add(url.toString().replaceFirst("^jar:(file:)?", "").replaceFirst("!/.*", ""));
            }
        } catch (IOException e) {
            jars.add("an unknown place");
        }
        return jars;
    }
}
