/** The page's one connection. It comes back by itself: quickly at first, then every five seconds. */

const PAUSES_MS = [300, 600, 1200, 2500, 5000];

export class Socket {
  /** `onFrame(frame)`, `onState("open" | "lost")`. */
  constructor(onFrame, onState) {
    this.onFrame = onFrame;
    this.onState = onState;
    this.failures = 0;
    this.socket = null;
    addEventListener("online", () => this.retryNow());
  }

  connect() {
    clearTimeout(this.timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const token = new URLSearchParams(location.search).get("token") ?? "";
    const socket = new WebSocket(
      `${scheme}://${location.host}/page/socket?token=${encodeURIComponent(token)}`,
    );
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.failures = 0;
      this.onState("open");
    });
    socket.addEventListener("message", (event) => this.receive(event.data));
    socket.addEventListener("close", () => this.lost(socket));
  }

  receive(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      console.error("The server sent something that is not JSON.");
      return;
    }
    this.onFrame(frame);
  }

  lost(socket) {
    if (socket !== this.socket) return;
    this.onState("lost");
    const pause = PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)];
    this.failures += 1;
    this.timer = setTimeout(() => this.connect(), pause);
  }

  retryNow() {
    if (this.socket?.readyState === WebSocket.CLOSED) this.connect();
  }

  /** Whether the frame left. */
  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }
}
