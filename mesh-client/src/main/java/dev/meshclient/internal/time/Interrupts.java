package dev.meshclient.internal.time;

/** The interrupt flag of a thread that runs code of the application. */
public final class Interrupts {
    private Interrupts() {}

    /**
     * For what catches every exception: an {@link InterruptedException} has cleared the flag of its thread, and code may throw one
     * that it does not declare, as Kotlin lets it. Sets the flag again, but not on a thread of the mesh, which goes on.
     */
    public static void keep(Throwable e) {
        if (e instanceof InterruptedException && !RealTime.ownsThisThread()) {
            Thread.currentThread().interrupt();
        }
    }
}
