package dev.meshclient.internal.control;

/** What became of a document. */
public enum Applied {
    /** It is in force already, and was left alone. */
    NOTHING_NEW,
    /** It is in force now. */
    IN_FORCE,
    /** It is in force now, and says something else than an earlier one of the same version. */
    SAME_VERSION
}
