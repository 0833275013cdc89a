const { active, installing, waiting } = await navigator.serviceWorker.register("./service.js", { type: "module" });
navigator.serviceWorker.onmessage = ({ data }) => (document.title = data);
navigator.serviceWorker.startMessages();
(active ?? waiting ?? installing).postMessage("sync");
