/** The processing of a document: put in force or refused, logged, shown in the status, stored for a restart. */
@NullMarked
package dev.meshclient.internal.control;

import org.jspecify.annotations.NullMarked;
