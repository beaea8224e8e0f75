/* Notes, in one total order, every call of a process that changes files below RECORD_ROOT, and every write to
 * RECORD_WITNESS or to a socket: that is an acknowledgement. Loaded with LD_PRELOAD; the notes are appended to RECORD_NOTES, which
 * several processes may do one after another.
 *
 * A note is eight little-endian 64-bit numbers (operation, inode, offset, length, flags, bytes of the first path, of the
 * second path, of the data) and then these bytes. One mutex is held from before the call until after its note, so the
 * order of the notes is the order of the calls. Calls that fail are not noted. Paths are given below RECORD_ROOT.
 * notes.rs reads this form.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, WRITE, TRUNCATE, ALLOCATE, FSYNC, FDATASYNC, SYNCFS, SYNC_RANGE, RENAME, LINK, UNLINK, MKDIR, ACK, BEYOND };

#define PATH_BYTES 4096

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *witness;
static size_t root_length;
static int notes = -1;

/* What cannot be noted would make every verdict worthless. */
static void out(const void *bytes, size_t length) {
    const char *next = bytes;
    while (length > 0) {
        long done = syscall(SYS_write, notes, next, length);
        if (done <= 0) abort();
        next += done;
        length -= done;
    }
}

static void note(int op, uint64_t inode, uint64_t offset, uint64_t length, uint64_t flags, const char *one,
                 const char *two, const void *data, size_t bytes) {
    uint64_t head[8] = {op, inode, offset, length, flags, one ? strlen(one) : 0, two ? strlen(two) : 0, bytes};
    int kept = errno;
    out(head, sizeof head);
    if (one) out(one, strlen(one));
    if (two) out(two, strlen(two));
    if (bytes) out(data, bytes);
    errno = kept;
}

/* The part of a path below the root, or NULL. */
static const char *below(const char *path) {
    if (notes < 0 || strncmp(path, root, root_length) || (path[root_length] != '/' && path[root_length])) return NULL;
    return path + root_length + (path[root_length] == '/');
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    long length = syscall(SYS_readlink, link, path, PATH_BYTES - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0;
}

static const char *full(int folder, const char *path, char *buffer) {
    if (notes < 0) return NULL;
    if (path[0] == '/') return below(path);
    if (folder == AT_FDCWD) {
        if (!getcwd(buffer, PATH_BYTES)) return NULL;
    } else if (!path_of(folder, buffer)) {
        return NULL;
    }
    size_t length = strlen(buffer);
    snprintf(buffer + length, PATH_BYTES - length, "/%s", path);
    return below(buffer);
}

/* Whether a descriptor is a file or folder below the root; `below_root` is its present path. */
static int ours(int fd, char *buffer, const char **below_root) {
    if (notes < 0 || fd == notes || !path_of(fd, buffer)) return 0;
    *below_root = below(buffer);
    return *below_root != NULL;
}

static int is_witness(int fd, char *buffer) {
    return notes >= 0 && path_of(fd, buffer) && (!strcmp(buffer, witness) || !strncmp(buffer, "socket:", 7));
}

static uint64_t inode(int fd) {
    struct stat stat;
    return fstat(fd, &stat) ? 0 : stat.st_ino;
}

static int open_noted(int folder, const char *path, int flags, mode_t mode) {
    char buffer[PATH_BYTES];
    pthread_mutex_lock(&order);
    const char *name = full(folder, path, buffer);
    int fd = syscall(SYS_openat, folder, path, flags, mode);
    if (fd >= 0 && name && (flags & (O_CREAT | O_TRUNC | O_ACCMODE))) {
        note(OPEN, inode(fd), 0, 0, (flags & O_CREAT ? 1 : 0) | (flags & O_TRUNC ? 2 : 0), name, NULL, NULL, 0);
    }
    pthread_mutex_unlock(&order);
    return fd;
}

#define MODE(flags)                        \
    mode_t mode = 0;                       \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list rest;                      \
        va_start(rest, flags);             \
        mode = va_arg(rest, mode_t);       \
        va_end(rest);                      \
    }

int open(const char *path, int flags, ...) { MODE(flags) return open_noted(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_noted(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return open_noted(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return open_noted(at, path, flags | O_LARGEFILE, mode); }
int creat(const char *path, mode_t mode) { return open_noted(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* Offset < 0: the descriptor's own, which stands behind the bytes after the call. */
static void written(int fd, int mine, const struct iovec *parts, int count, off_t offset, ssize_t done) {
    if (done < 0) return;
    char *bytes = malloc(done ? done : 1);
    size_t filled = 0;
    for (int part = 0; part < count && filled < (size_t)done; part++) {
        size_t length = parts[part].iov_len;
        if (length > done - filled) length = done - filled;
        memcpy(bytes + filled, parts[part].iov_base, length);
        filled += length;
    }
    if (mine && offset < 0) offset = syscall(SYS_lseek, fd, 0, SEEK_CUR) - done;
    if (mine) note(WRITE, inode(fd), offset, done, 0, NULL, NULL, bytes, done);
    else note(ACK, 0, 0, done, 0, NULL, NULL, bytes, done);
    free(bytes);
}

#define WRITTEN(fd, parts, count, offset, call)      \
    char buffer[PATH_BYTES];                         \
    const char *name;                                \
    pthread_mutex_lock(&order);                      \
    int mine = ours(fd, buffer, &name);              \
    int told = !mine && is_witness(fd, buffer);      \
    ssize_t done = (call);                           \
    if (mine || told) written(fd, mine, parts, count, offset, done); \
    pthread_mutex_unlock(&order);                    \
    return done;

ssize_t write(int fd, const void *bytes, size_t length) {
    struct iovec part = {(void *)bytes, length};
    WRITTEN(fd, &part, 1, -1, syscall(SYS_write, fd, bytes, length))
}
ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    struct iovec part = {(void *)bytes, length};
    WRITTEN(fd, &part, 1, 0, syscall(SYS_sendto, fd, bytes, length, flags, NULL, 0))
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    struct iovec part = {(void *)bytes, length};
    WRITTEN(fd, &part, 1, at, syscall(SYS_pwrite64, fd, bytes, length, at))
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return pwrite64(fd, bytes, length, at); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
    WRITTEN(fd, parts, count, -1, syscall(SYS_writev, fd, parts, count))
}
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    WRITTEN(fd, parts, count, at, syscall(SYS_pwritev, fd, parts, count, at, 0))
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return pwritev64(fd, parts, count, at); }

/* Bytes that the kernel copied into a file are read back from it. */
static void copied(int fd, off_t at, ssize_t done) {
    if (done <= 0) return;
    char *bytes = malloc(done);
    if (at < 0) at = syscall(SYS_lseek, fd, 0, SEEK_CUR) - done;
    int readable = syscall(SYS_pread64, fd, bytes, done, at) == done;
    if (!readable) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        int again = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        readable = again >= 0 && syscall(SYS_pread64, again, bytes, done, at) == done;
        syscall(SYS_close, again);
    }
    if (!readable) abort();
    note(WRITE, inode(fd), at, done, 1, NULL, NULL, bytes, done);
    free(bytes);
}

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t length, unsigned flags) {
    char buffer[PATH_BYTES];
    const char *name;
    pthread_mutex_lock(&order);
    off64_t at = to_at ? *to_at : -1;
    ssize_t done = syscall(SYS_copy_file_range, from, from_at, to, to_at, length, flags);
    if (ours(to, buffer, &name)) copied(to, at, done);
    pthread_mutex_unlock(&order);
    return done;
}
ssize_t sendfile64(int to, int from, off64_t *from_at, size_t length) {
    char buffer[PATH_BYTES];
    const char *name;
    pthread_mutex_lock(&order);
    ssize_t done = syscall(SYS_sendfile, to, from, from_at, length);
    if (ours(to, buffer, &name)) copied(to, -1, done);
    pthread_mutex_unlock(&order);
    return done;
}
ssize_t sendfile(int to, int from, off_t *from_at, size_t length) { return sendfile64(to, from, from_at, length); }

#define ON_FD(op, offset, length, flags, call)                                                        \
    char buffer[PATH_BYTES];                                                                          \
    const char *name;                                                                                 \
    pthread_mutex_lock(&order);                                                                       \
    int done = (call);                                                                                \
    if (done == 0 && ours(fd, buffer, &name)) note(op, inode(fd), offset, length, flags, NULL, NULL, NULL, 0); \
    pthread_mutex_unlock(&order);                                                                     \
    return done;

int ftruncate64(int fd, off64_t length) { ON_FD(TRUNCATE, 0, length, 0, syscall(SYS_ftruncate, fd, length)) }
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }
int fallocate64(int fd, int mode, off64_t at, off64_t length) {
    ON_FD(ALLOCATE, at, length, mode, syscall(SYS_fallocate, fd, mode, at, length))
}
int fallocate(int fd, int mode, off_t at, off_t length) { return fallocate64(fd, mode, at, length); }
int posix_fallocate64(int fd, off64_t at, off64_t length) { return fallocate64(fd, 0, at, length) ? errno : 0; }
int posix_fallocate(int fd, off_t at, off_t length) { return posix_fallocate64(fd, at, length); }
int fsync(int fd) { ON_FD(FSYNC, 0, 0, 0, syscall(SYS_fsync, fd)) }
int fdatasync(int fd) { ON_FD(FDATASYNC, 0, 0, 0, syscall(SYS_fdatasync, fd)) }
int syncfs(int fd) { ON_FD(SYNCFS, 0, 0, 0, syscall(SYS_syncfs, fd)) }
int sync_file_range(int fd, off64_t at, off64_t length, unsigned flags) {
    ON_FD(SYNC_RANGE, at, length, flags, syscall(SYS_sync_file_range, fd, at, length, flags))
}

#define ON_NAMES(op, at_one, one, at_two, two, flags, call)                           \
    char buffers[2][PATH_BYTES];                                                      \
    pthread_mutex_lock(&order);                                                       \
    const char *first = full(at_one, one, buffers[0]), *second = full(at_two, two, buffers[1]); \
    int done = (call);                                                                \
    if (done == 0 && (first || second)) {                                             \
        note(first && second ? op : BEYOND, 0, 0, 0, flags, first ? first : one, second ? second : two, NULL, 0); \
    }                                                                                 \
    pthread_mutex_unlock(&order);                                                     \
    return done;

int renameat2(int at_from, const char *from, int at_to, const char *to, unsigned flags) {
    ON_NAMES(RENAME, at_from, from, at_to, to, flags, syscall(SYS_renameat2, at_from, from, at_to, to, flags))
}
int renameat(int at_from, const char *from, int at_to, const char *to) { return renameat2(at_from, from, at_to, to, 0); }
int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int at_from, const char *from, int at_to, const char *to, int flags) {
    ON_NAMES(LINK, at_from, from, at_to, to, 0, syscall(SYS_linkat, at_from, from, at_to, to, flags))
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

#define ON_NAME(op, at, path, number, call)                                        \
    char buffer[PATH_BYTES];                                                       \
    pthread_mutex_lock(&order);                                                    \
    const char *name = full(at, path, buffer);                                     \
    int done = (call);                                                             \
    if (done == 0 && name) note(op, number, 0, 0, 0, name, NULL, NULL, 0);         \
    pthread_mutex_unlock(&order);                                                  \
    return done;

static uint64_t inode_at(int at, const char *path) {
    struct stat stat;
    return fstatat(at, path, &stat, AT_SYMLINK_NOFOLLOW) ? 0 : stat.st_ino;
}

int unlinkat(int at, const char *path, int flags) { ON_NAME(UNLINK, at, path, 0, syscall(SYS_unlinkat, at, path, flags)) }
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int mkdirat(int at, const char *path, mode_t mode) {
    ON_NAME(MKDIR, at, path, inode_at(at, path), syscall(SYS_mkdirat, at, path, mode))
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* What the notes cannot follow is noted as such: then nothing is judged. */
void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t at) {
    char buffer[PATH_BYTES];
    const char *name;
    void *done = (void *)syscall(SYS_mmap, address, length, protection, flags, fd, at);
    if (notes >= 0 && done != MAP_FAILED && fd >= 0 && (flags & MAP_SHARED) && (protection & PROT_WRITE)) {
        pthread_mutex_lock(&order);
        if (ours(fd, buffer, &name)) note(BEYOND, 0, 0, length, 0, name, "mmap", NULL, 0);
        pthread_mutex_unlock(&order);
    }
    return done;
}
void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t at) {
    return mmap64(address, length, protection, flags, fd, at);
}
int truncate64(const char *path, off64_t length) {
    char buffer[PATH_BYTES];
    pthread_mutex_lock(&order);
    const char *name = full(AT_FDCWD, path, buffer);
    int done = syscall(SYS_truncate, path, length);
    if (done == 0 && name) note(BEYOND, 0, 0, length, 0, name, "truncate", NULL, 0);
    pthread_mutex_unlock(&order);
    return done;
}
int truncate(const char *path, off_t length) { return truncate64(path, length); }

/* The root's own inode comes first. */
__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("RECORD_NOTES");
    root = getenv("RECORD_ROOT");
    witness = getenv("RECORD_WITNESS");
    if (!path || !root || !witness) return;
    root_length = strlen(root);
    notes = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    note(MKDIR, inode_at(AT_FDCWD, root), 0, 0, 0, "", NULL, NULL, 0);
}
