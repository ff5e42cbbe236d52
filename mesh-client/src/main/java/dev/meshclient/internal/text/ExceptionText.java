package dev.meshclient.internal.text;

import java.io.IOException;

/** Exceptions of a program or the JDK in messages of the mesh. */
public final class ExceptionText {
    private ExceptionText() {}

    /**
     * The message, after the type where the type may be half of it: a {@code NoSuchFileException} says no more than the path.
     * {@link IOException} itself and the types of the mesh stand without their names.
     */
    public static String of(Throwable e) {
        String message = e.getMessage();
        Class<?> type = e.getClass();
        String name = type.isAnonymousClass() ? type.getName() : type.getSimpleName();
        boolean isWhole = type == IOException.class || type.getName().startsWith("dev.meshclient.");
        return message == null ? name : isWhole ? message : name + ": " + message;
    }
}
