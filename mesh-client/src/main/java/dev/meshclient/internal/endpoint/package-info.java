/** Endpoints and their live statistics, which survive a change of policy. */
@NullMarked
package dev.meshclient.internal.endpoint;

import org.jspecify.annotations.NullMarked;
